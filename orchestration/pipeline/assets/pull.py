"""Pull: the source's entities into `raw`, an asset for each, all in one transaction."""

import logging
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
from dagster import (
    AssetExecutionContext,
    AssetKey,
    AssetsDefinition,
    AssetSpec,
    Config,
    MarkdownMetadataValue,
    MaterializeResult,
    MetadataValue,
    ResourceParam,
    multi_asset,
)
from duckdb import DuckDBPyConnection

from api_export.export.manifest import find_faults
from orchestration.errors import SourceError, UsageError
from orchestration.pipeline.assets.export import export_again
from orchestration.pipeline.resources import SourceOpener, WarehouseResource
from orchestration.pull.raw import Pull, RunInputs, load_raw
from orchestration.pull.sync import Lookback
from orchestration.settings import Settings
from orchestration.sources.base import Source
from orchestration.sources.contract import ENTITIES
from orchestration.transform.build_fingerprints import export_fingerprint, models_fingerprint
from orchestration.workspace.database_files import find_damage, wal_of
from orchestration.workspace.status import note_finished
from orchestration.workspace.workspace import Workspace

log = logging.getLogger(__name__)

PREVIEW_ROWS = 5
PREVIEW_CHARACTERS = 80
RUN_INPUTS = {
    "run": "when the run began, and which deliveries it lets through",
    "settings": "as_of and settings of the run",
    "requested_ranges": "the ranges requested with calculate",
    "widget_edits": "the widgets edited through the API",
    "deliveries": "which entities were delivered",
    "transaction_types": "what the mapping makes of the source's transaction types",
    "changed_ids": "the events that changed since the last run",
    "changed_entities": "the entities that changed since the last run",
    "previous_run": "as_of of the last run",
    "previous_websites": "the websites as the last run knew them",
    "previous_clients": "the clients as the last run knew them",
    "published_rows": "what was delivered to the last published run",
    "published_figures": "what earlier runs reported",
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
        """The as_of of this run; raises `UsageError` where it is no date."""
        if self.as_of is None:
            return settings.as_of
        try:
            return date.fromisoformat(self.as_of)
        except ValueError:
            raise UsageError(f"as_of {self.as_of!r} is no date; write YYYY-MM-DD") from None

    def lookback(self, settings: Settings) -> Lookback | None:
        """The instants that this run compares; none for all history."""
        if self.lookback_until is None:
            return None
        last = datetime.fromisoformat(self.lookback_until)
        return Lookback(last - timedelta(days=settings.lookback_days), last)


def build_pull(settings: Settings) -> AssetsDefinition:
    """The multi-asset of the raw tables."""
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
            for name, text in RUN_INPUTS.items()
        ),
    ]

    @multi_asset(name="pull", specs=specs)
    def pull(
        context: AssetExecutionContext,
        config: PullConfig,
        warehouse: WarehouseResource,
        source: ResourceParam[SourceOpener],
    ) -> Iterator[MaterializeResult]:
        workspace = warehouse.workspace
        inputs = RunInputs(
            as_of=config.as_of_date(settings),
            tier_basis=settings.tier_basis,
            window_days=settings.window_days,
            top_limits=settings.top_limits,
            requested_ranges=workspace.requested_ranges(),
            widget_edits=workspace.widget_edits(),
            began_at=datetime.now(UTC),
            accepts_quarantine=settings.accept_quarantine or config.accept_quarantine,
            max_quarantined=settings.max_quarantined,
        )
        with source.open(workspace.scratch) as opened:
            workspace.check_source(opened.identity, is_full_refresh=config.full_refresh)
            log.info("reading %s", opened.identity)

            def load(damage: str | None) -> Pull:
                with warehouse.connect() as connection:
                    return load_raw(
                        connection,
                        opened,
                        inputs,
                        key=models_fingerprint(settings, opened.identity),
                        full_reason=damage or full_reason(workspace, config),
                        lookback=config.lookback(settings),
                        state=workspace.state,
                        known_columns=workspace.known_columns(opened.identity),
                        published=_published(workspace, opened.identity),
                    )

            pulled = load_or_heal(workspace, load)
            log.info("%s: %s", pulled.mode, pulled.reason)
            if pulled.mode != "nothing":
                with warehouse.connect() as connection:
                    yield from _report(connection, opened, pulled)
                return
            if again := export_again(warehouse, settings, export_code):
                context.log_event(again)
            note_finished(workspace)

    return pull


def load_or_heal(workspace: Workspace, load: Callable[[str | None], Pull]) -> Pull:
    """Load raw; damaged working files are set aside first, or where the load runs into them."""
    try:
        return load(workspace.set_aside_damaged())
    except (duckdb.Error, SourceError):
        damage = workspace.set_aside_damaged(thorough=True)
        if damage is None:
            raise
        return load(damage)


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
    for name in RUN_INPUTS:
        yield MaterializeResult(
            asset_key=["pipeline", name],
            metadata={"preview": _preview(connection, name)},
        )


def full_reason(workspace: Workspace, config: PullConfig) -> str | None:
    """Why this run has to build all anew, as far as the workspace's files tell."""
    if config.full_refresh:
        return "a full refresh was asked for"
    for path in (
        workspace.warehouse,
        workspace.next_marts,
        workspace.marts,
        workspace.current_export,
    ):
        if not path.exists():
            return f"there is no {path.name}"
    if not _is_as_published(workspace.marts):
        return f"{workspace.marts.name} is not as it was published"
    if find_faults(workspace.current_export):
        return "the export is not what its manifest says"
    return None


def _is_as_published(marts: Path) -> bool:
    return not wal_of(marts).exists() and not find_damage(marts, read_only=True)


def _published(workspace: Workspace, identity: str) -> Path | None:
    """The marts that were last published from this source, if they can be read."""
    marts = workspace.marts
    is_there = workspace.holds(identity) and marts.exists() and _is_as_published(marts)
    return marts if is_there else None


def _preview(connection: DuckDBPyConnection, table: str) -> MarkdownMetadataValue:
    """The first rows of a raw table."""
    rows = f"select cast(columns(*) as varchar) from raw.{table} limit {PREVIEW_ROWS}"
    frame = connection.execute(rows).df().fillna("").map(lambda text: text[:PREVIEW_CHARACTERS])
    return MetadataValue.md(frame.to_markdown(index=False, disable_numparse=True))
