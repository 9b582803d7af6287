"""Export: the published marts as JSON files, switched in one step."""

import logging
from datetime import datetime, timedelta
from typing import Any

from dagster import (
    AssetExecutionContext,
    AssetKey,
    AssetMaterialization,
    AssetsDefinition,
    MaterializeResult,
    MetadataValue,
    asset,
)

from api_export.export.versions import Export, write_export
from api_export.page.page_files import has_chart_library
from orchestration.deployment import Deployment
from orchestration.pipeline.figure_alerts import watch_figures
from orchestration.pipeline.resources import LOCK
from orchestration.pull.run_progress import (
    exported_by,
    finish,
    is_published,
    note_exported,
)
from orchestration.transform.build_fingerprints import export_fingerprint
from orchestration.workspace.status import note_finished

log = logging.getLogger(__name__)


def build_export(deployment: Deployment) -> AssetsDefinition:
    """The export that dashboards read."""
    workspace, settings = deployment.workspace, deployment.settings
    code = export_fingerprint()

    @asset(
        name="export",
        deps=[AssetKey("marts_duckdb")],
        group_name="published",
        kinds={"json"},
        description="`export/current`: every payload of every website, as JSON.",
        required_resource_keys={LOCK},
    )
    def export(_: AssetExecutionContext) -> MaterializeResult:
        written = _write(deployment)
        with workspace.connect(settings.wait_seconds) as connection:
            if is_published(connection):
                workspace.keep_history(connection)
                finish(connection, code)
                note_finished(workspace)
        watch_figures(deployment)
        workspace.remove_old_damaged(datetime.now() - timedelta(days=settings.keep_days))
        return MaterializeResult(metadata=_report(written))

    return export


def export_again(deployment: Deployment, code: str) -> AssetMaterialization | None:
    """Where nothing changed but the export's own code, export the published marts anew."""
    workspace, wait_seconds = deployment.workspace, deployment.settings.wait_seconds
    with workspace.connect(wait_seconds) as connection:
        if exported_by(connection) == code:
            return None
    log.info("the export's code changed: writing it anew from the published marts")
    written = _write(deployment)
    with workspace.connect(wait_seconds) as connection:
        note_exported(connection, code)
    return AssetMaterialization("export", metadata=_report(written))


def _write(deployment: Deployment) -> Export:
    """Write the export of the published marts, and log what a person should know of it."""
    workspace = deployment.workspace
    written = write_export(
        workspace.marts,
        workspace.export,
        workspace.requested_ranges(),
        workspace.widget_edits(),
        deployment.settings.keep_exports,
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
