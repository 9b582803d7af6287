"""Publish: the built and tested marts become `marts.duckdb`, in one step."""

import duckdb
from dagster import AssetKey, AssetsDefinition, MaterializeResult, MetadataValue, asset

from orchestration.pipeline.resources import WarehouseResource
from orchestration.pull.raw import note_published, pending_source
from orchestration.quality.delivery_contract import check_delivery


def build_publish(published: list[AssetKey]) -> AssetsDefinition:
    """The published marts; they depend on every mart and report."""

    @asset(
        name="marts_duckdb",
        deps=published,
        group_name="published",
        kinds={"duckdb"},
        description="`marts.duckdb`: the marts and reports, for analysts.",
    )
    def publish(warehouse: WarehouseResource) -> MaterializeResult:
        workspace = warehouse.workspace
        check_delivery(workspace)
        workspace.publish_marts()
        with warehouse.connect() as connection:
            note_published(connection)
            workspace.remember_source(*pending_source(connection))
        with duckdb.connect(str(workspace.marts), read_only=True) as marts:
            as_of = marts.execute("select as_of from dim_run").fetchone()[0]
            rows = marts.execute(
                "select schema_name || '.' || table_name as mart, estimated_size as rows"
                " from duckdb_tables() order by mart"
            ).df()
        return MaterializeResult(
            metadata={
                "as_of": str(as_of),
                "rows": MetadataValue.md(rows.to_markdown(index=False)),
                "path": MetadataValue.path(workspace.marts),
                "bytes": workspace.marts.stat().st_size,
            }
        )

    return publish
