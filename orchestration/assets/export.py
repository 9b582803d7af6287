"""Export: the published marts as JSON files, switched in one step."""

import logging
from datetime import datetime, timedelta

from dagster import (
    AssetKey,
    AssetsDefinition,
    MaterializeResult,
    MetadataValue,
    asset,
)

from api_export.dashboard import has_chart_library
from api_export.writer import write_export
from orchestration.raw import finish, pending_source
from orchestration.resources import WarehouseResource
from orchestration.settings import Settings
from orchestration.status import note_finished

log = logging.getLogger(__name__)


def build_export(settings: Settings) -> AssetsDefinition:
    """The export that dashboards read."""

    @asset(
        name="export",
        deps=[AssetKey("marts_duckdb")],
        group_name="published",
        kinds={"json"},
        description="`export/current`: every payload of every website, as JSON.",
    )
    def export(warehouse: WarehouseResource) -> MaterializeResult:
        workspace = warehouse.workspace
        written = write_export(
            workspace.marts,
            workspace.export,
            workspace.asked_ranges(),
            workspace.widget_edits(),
            settings.keep_exports,
        )
        with warehouse.connect() as connection:
            workspace.keep_history(connection)
            workspace.remember_source(*pending_source(connection))
            finish(connection)
        manifest = written.manifest
        note_finished(workspace)
        workspace.remove_old_damaged(datetime.now() - timedelta(days=settings.keep_days))
        for warning in manifest["warnings"]:
            log.warning(warning)
        if not has_chart_library():
            log.warning(
                "the export has no page, because Chart.js was never fetched;"
                " `python -m api_export.dashboard.fetch` fetches it for the next export"
            )
        return MaterializeResult(
            metadata={
                "files": len(manifest["files"]),
                "is_new": written.is_new,
                "as_of": str(manifest["as_of"]),
                "totals": MetadataValue.json(manifest["totals"]),
                "quarantined": MetadataValue.json(manifest["quarantined"]),
                "drift": MetadataValue.json(manifest["drift"]),
                "path": MetadataValue.path(written.version),
            }
        )

    return export
