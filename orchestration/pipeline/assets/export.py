"""Export: the published marts as JSON files, switched in one step."""

import logging
from datetime import datetime, timedelta
from typing import Any

from dagster import (
    AssetKey,
    AssetMaterialization,
    AssetsDefinition,
    MaterializeResult,
    MetadataValue,
    asset,
)

from api_export.export.versions import Export, write_export
from api_export.page.page_files import has_chart_library
from orchestration.pipeline.resources import WarehouseResource
from orchestration.pull.raw import exported_by, finish, is_published, note_exported
from orchestration.settings import Settings
from orchestration.transform.build_fingerprints import export_fingerprint
from orchestration.workspace.status import note_finished
from orchestration.workspace.workspace import Workspace

log = logging.getLogger(__name__)


def build_export(settings: Settings) -> AssetsDefinition:
    """The export that dashboards read."""
    code = export_fingerprint()

    @asset(
        name="export",
        deps=[AssetKey("marts_duckdb")],
        group_name="published",
        kinds={"json"},
        description="`export/current`: every payload of every website, as JSON.",
    )
    def export(warehouse: WarehouseResource) -> MaterializeResult:
        workspace = warehouse.workspace
        written = _write(workspace, settings)
        with warehouse.connect() as connection:
            if is_published(connection):
                workspace.keep_history(connection)
                finish(connection, code)
                note_finished(workspace)
        workspace.remove_old_damaged(datetime.now() - timedelta(days=settings.keep_days))
        return MaterializeResult(metadata=_report(written))

    return export


def export_again(
    warehouse: WarehouseResource, settings: Settings, code: str
) -> AssetMaterialization | None:
    """Where nothing changed but the export's own code, export the published marts anew."""
    with warehouse.connect() as connection:
        if exported_by(connection) == code:
            return None
    log.info("the export's code changed: writing it anew from the published marts")
    written = _write(warehouse.workspace, settings)
    with warehouse.connect() as connection:
        note_exported(connection, code)
    return AssetMaterialization("export", metadata=_report(written))


def _write(workspace: Workspace, settings: Settings) -> Export:
    """Write the export of the published marts, and log what a person should know of it."""
    written = write_export(
        workspace.marts,
        workspace.export,
        workspace.requested_ranges(),
        workspace.widget_edits(),
        settings.keep_exports,
    )
    for warning in written.manifest["warnings"]:
        log.warning(warning)
    if not has_chart_library():
        log.warning(
            "the export has no page, because Chart.js was never fetched;"
            " `python -m api_export.page.fetch` fetches it for the next export"
        )
    return written


def _report(written: Export) -> dict[str, Any]:
    """What Dagster shows of an export."""
    manifest = written.manifest
    return {
        "files": len(manifest["files"]),
        "is_new": written.is_new,
        "as_of": str(manifest["as_of"]),
        "totals": MetadataValue.json(manifest["totals"]),
        "quarantined": MetadataValue.json(manifest["quarantined"]),
        "drift": MetadataValue.json(manifest["drift"]),
        "path": MetadataValue.path(written.version),
    }
