"""Pull: the source's entities into `raw`, an asset for each, all in one transaction."""

import logging
import tempfile
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from dagster import (
    AssetExecutionContext,
    AssetKey,
    AssetsDefinition,
    AssetSpec,
    Config,
    MarkdownMetadataValue,
    MaterializeResult,
    MetadataValue,
    multi_asset,
)
from duckdb import DuckDBPyConnection

from orchestration.deployment import Deployment
from orchestration.errors import UsageError
from orchestration.pipeline.assets.export import export_again
from orchestration.pipeline.figure_alerts import watch_figures
from orchestration.pipeline.resources import LOCK
from orchestration.pull.load_raw import Pull
from orchestration.pull.pull_into import pull_into
from orchestration.pull.run_inputs import RunInputs
from orchestration.pull.sync import Lookback
from orchestration.quality.thresholds import read_thresholds
from orchestration.settings import Settings
from orchestration.sources.base import Source
from orchestration.sources.contract import ENTITIES
from orchestration.transform.build_fingerprints import export_fingerprint, models_parts
from orchestration.transform.spark.lakehouse import claim_lakehouse
from orchestration.transform.spark.requirements import check_spark
from orchestration.workspace.status import note_finished

log = logging.getLogger(__name__)

PREVIEW_ROWS = 5
PREVIEW_CHARACTERS = 80
PIPELINE_TABLES = {
    "run": "when the run began, and which deliveries it lets through",
    "settings": "as_of and settings of the run",
    "requested_ranges": "the ranges requested with calculate",
    "widget_edits": "the widgets edited through the API",
    "point_values": "what a point is worth",
    "deliveries": "which entities were delivered",
    "transaction_types": "what the mapping makes of the source's transaction types",
    "changed_ids": "the events that changed since the last run",
    "changed_entities": "the entities that changed since the last run",
    "published_rows": "what was delivered to the last published run",
    "published_figures": "what earlier runs reported",
    "published_forecasts": "what earlier runs forecast",
    "row_changes": "the ledger rows that changed between earlier runs",
}


class PullConfig(Config):
    """What a run may be told beside the settings."""

    as_of: str | None = None
    """The business date up to which everything counts; without it the setting, else the latest."""
    full_refresh: bool = False
    """Rebuild from nothing; a workspace may change its source only so."""
    accept_quarantine: bool = False
    """Let through a delivery that breaks the contract of deliveries, as LOYALTY_ACCEPT_QUARANTINE
    does."""
    lookback_until: str | None = None
    """Compare only the events of the last days before this instant (see LOYALTY_LOOKBACK_DAYS),
    all later ids and the requests still open; without it, all history."""

    def as_of_date(self, settings: Settings) -> date | None:
        """The as_of of this run; raises `UsageError` where it isn't a date."""
        if self.as_of is None:
            return settings.as_of
        try:
            return date.fromisoformat(self.as_of)
        except ValueError:
            raise UsageError(f"as_of {self.as_of!r} isn't a date; write YYYY-MM-DD") from None

    def lookback(self, settings: Settings) -> Lookback | None:
        """The instants that this run compares; null for all history."""
        if self.lookback_until is None:
            return None
        last = datetime.fromisoformat(self.lookback_until)
        return Lookback(last - timedelta(days=settings.lookback_days), last)


def build_pull(deployment: Deployment) -> AssetsDefinition:
    """The multi-asset of the raw tables."""
    workspace, settings = deployment.workspace, deployment.settings
    export_code = export_fingerprint()
    specs = [
        *(
            AssetSpec(
                AssetKey(["loyalty", entity.name]),
                group_name="raw",
                kinds={"duckdb"},
                description=f"The source's `{entity.name}`, as delivered.",
                skippable=True,
            )
            for entity in ENTITIES
        ),
        *(
            AssetSpec(
                AssetKey(["pipeline", name]),
                group_name="raw",
                kinds={"duckdb"},
                description=f"Run inputs: {text}.",
                skippable=True,
            )
            for name, text in PIPELINE_TABLES.items()
        ),
    ]

    @multi_asset(name="pull", specs=specs, required_resource_keys={LOCK})
    def pull(context: AssetExecutionContext, config: PullConfig) -> Iterator[MaterializeResult]:
        read_thresholds(settings.alerts)
        if settings.engine == "spark":
            check_spark(workspace.limits)
            claim_lakehouse(workspace.lakehouse, workspace.root)
        inputs = RunInputs(
            as_of=config.as_of_date(settings),
            tier_basis=settings.tier_basis,
            window_days=settings.window_days,
            top_limits=settings.top_limits,
            requested_ranges=workspace.requested_ranges(),
            widget_edits=workspace.widget_edits(),
            point_values=settings.point_value,
            margin=settings.margin,
            began_at=datetime.now(UTC),
            accepts_quarantine=settings.accept_quarantine or config.accept_quarantine,
            max_quarantined=settings.max_quarantined,
        )
        with tempfile.TemporaryDirectory(dir=workspace.scratch) as scratch:
            source = deployment.open_source(Path(scratch))
            workspace.check_source(source.identity, is_full_refresh=config.full_refresh)
            log.info("reading %s", source.identity)
            pulled = pull_into(
                workspace,
                source,
                inputs,
                build_parts=models_parts(settings, source.identity),
                lookback=config.lookback(settings),
                is_full_refresh=config.full_refresh,
                wait_seconds=settings.wait_seconds,
            )
            log.info("%s: %s", pulled.mode, pulled.reason)
            if pulled.mode != "nothing":
                with workspace.connect(settings.wait_seconds) as connection:
                    yield from _report(connection, source, pulled)
                return
            if again := export_again(deployment, export_code):
                context.log_event(again)
            note_finished(workspace)
            watch_figures(deployment)

    return pull


def _report(
    connection: DuckDBPyConnection, source: Source, pulled: Pull
) -> Iterator[MaterializeResult]:
    """What became of each raw table."""
    for entity in ENTITIES:
        found = pulled.entities[entity.name]
        log.info(
            "%s: %s rows, %s added, %s changed, %s removed",
            entity.name,
            *(f"{n:,}" for n in (found.rows, found.added, found.changed, found.removed)),
        )
        yield MaterializeResult(
            asset_key=["loyalty", entity.name],
            metadata={
                "dagster/row_count": found.rows,
                "mode": pulled.mode,
                "reason": pulled.reason,
                "changes": MetadataValue.json([change._asdict() for change in pulled.changes]),
                "delivered": source.has(entity),
                "compared": found.compared,
                "read": found.read,
                "added": found.added,
                "changed": found.changed,
                "removed": found.removed,
                "written": found.written,
                "preview": _preview(connection, entity.name),
            },
        )
    for name in PIPELINE_TABLES:
        yield MaterializeResult(
            asset_key=["pipeline", name],
            metadata={"preview": _preview(connection, name)},
        )


def _preview(connection: DuckDBPyConnection, table: str) -> MarkdownMetadataValue:
    """The first rows of a raw table."""
    rows = f"select cast(columns(*) as varchar) from raw.{table} limit {PREVIEW_ROWS}"
    frame = connection.execute(rows).df().fillna("").map(lambda text: text[:PREVIEW_CHARACTERS])
    return MetadataValue.md(frame.to_markdown(index=False, disable_numparse=True))
