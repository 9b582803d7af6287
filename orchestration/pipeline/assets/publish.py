"""Publish: the built and tested marts become `marts.duckdb`, in one step."""

import duckdb
from dagster import (
    AssetExecutionContext,
    AssetKey,
    AssetsDefinition,
    MaterializeResult,
    MetadataValue,
    asset,
)

from orchestration.deployment import Deployment
from orchestration.pipeline.resources import LOCK
from orchestration.pull.run_progress import note_published, pending_source
from orchestration.quality.delivery_contract import check_delivery


def build_publish(deployment: Deployment, published: list[AssetKey]) -> AssetsDefinition:
    """The published marts; they depend on every mart and report."""
    workspace, wait_seconds = deployment.workspace, deployment.settings.wait_seconds

    @asset(
        name="marts_duckdb",
        deps=published,
        group_name="published",
        kinds={"duckdb"},
        description="`marts.duckdb`: the marts and reports, for analysts.",
        required_resource_keys={LOCK},
    )
    def publish(_: AssetExecutionContext) -> MaterializeResult:
        check_delivery(workspace)
        workspace.publish_marts()
        with workspace.connect(wait_seconds) as connection:
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
