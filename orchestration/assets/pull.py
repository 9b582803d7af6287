"""Pull: the source's entities into `raw`, an asset for each, all in one transaction."""

import logging
from collections.abc import Iterator
from datetime import date

from dagster import (
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

from orchestration.errors import UsageError
from orchestration.raw import RunFacts, load_raw
from orchestration.resources import SourceResource, WarehouseResource
from orchestration.settings import Settings
from orchestration.sources.contract import ENTITIES

log = logging.getLogger(__name__)

PREVIEW_ROWS = 5
FACTS = {
    "settings": "as_of and settings of the run",
    "asked_ranges": "the ranges asked for with calculate",
    "deliveries": "which entities were delivered, and their rows",
}


class PullConfig(Config):
    """What a run may be told beside the settings."""

    as_of: str | None = None
    """The business date up to which everything counts; without it the setting, else the latest."""
    full_refresh: bool = False
    """Rebuild from nothing; a workspace may change its source only so."""

    def as_of_date(self, settings: Settings) -> date | None:
        """The as_of of this run; raises `UsageError` where it is no date."""
        if self.as_of is None:
            return settings.as_of
        try:
            return date.fromisoformat(self.as_of)
        except ValueError:
            raise UsageError(f"as_of {self.as_of!r} is no date; write YYYY-MM-DD") from None


def build_pull(settings: Settings) -> AssetsDefinition:
    """The multi-asset of the raw tables."""
    specs = [
        *(
            AssetSpec(
                AssetKey(["loyalty", entity.name]),
                group_name="raw",
                kinds={"duckdb"},
                description=f"The source's `{entity.name}`, as delivered.",
            )
            for entity in ENTITIES
        ),
        *(
            AssetSpec(
                AssetKey(["pipeline", name]),
                group_name="raw",
                kinds={"duckdb"},
                description=f"Run facts: {text}.",
            )
            for name, text in FACTS.items()
        ),
    ]

    @multi_asset(name="pull", specs=specs)
    def pull(
        config: PullConfig,
        warehouse: WarehouseResource,
        source: SourceResource,
    ) -> Iterator[MaterializeResult]:
        workspace = warehouse.workspace
        facts = RunFacts(
            as_of=config.as_of_date(settings),
            tier_basis=settings.tier_basis,
            window_days=settings.window_days,
            top_limits=settings.top_limits,
            asked_ranges=workspace.asked_ranges(),
        )
        with source.open() as opened, warehouse.connect() as connection:
            workspace.check_source(opened.identity, is_full_refresh=config.full_refresh)
            log.info("reading %s", opened.identity)
            rows = load_raw(connection, opened, facts)
            workspace.remember_source(opened.identity)
            for entity in ENTITIES:
                log.info("%s: %s rows", entity.name, f"{rows[entity.name]:,}")
                yield MaterializeResult(
                    asset_key=["loyalty", entity.name],
                    metadata={
                        "dagster/row_count": rows[entity.name],
                        "delivered": opened.has(entity),
                        "preview": _preview(connection, entity.name),
                    },
                )
            for name in FACTS:
                yield MaterializeResult(
                    asset_key=["pipeline", name],
                    metadata={"preview": _preview(connection, name)},
                )

    return pull


def _preview(connection: DuckDBPyConnection, table: str) -> MarkdownMetadataValue:
    """The first rows of a raw table."""
    frame = connection.table(f"raw.{table}").limit(PREVIEW_ROWS).df()
    return MetadataValue.md(frame.to_markdown(index=False))
