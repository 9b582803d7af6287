"""The inputs of a run, beside the source's rows: what it is told, as tables that dbt reads."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import duckdb

from api_export.payloads.additions import RequestedRange, WidgetEdit
from orchestration.pull.changes import Change, find_changes
from orchestration.pull.loading import Compared
from orchestration.settings import PointValue
from orchestration.sources.base import Source
from orchestration.sources.contract import ENTITIES


@dataclass(frozen=True)
class RunInputs:
    """What a run is told, beside the source's rows: tables that dbt reads."""

    as_of: date | None
    """The business date up to which everything counts; none for the latest event's."""
    tier_basis: str
    window_days: tuple[int, ...]
    top_limits: tuple[int, ...]
    requested_ranges: tuple[RequestedRange, ...]
    widget_edits: tuple[WidgetEdit, ...]
    point_values: tuple[PointValue, ...] = ()
    """What a point is worth, as far as it is told."""
    margin: Decimal | None = None
    """What share of an order's amount is margin, where the order doesn't say."""
    began_at: datetime | None = None
    """When the run begins, with a time zone: without `as_of`, later dates than are over by then
    don't count. None for a run without a clock."""
    accepts_quarantine: bool = False
    """Whether a delivery that breaks the contract of deliveries is let through."""
    max_quarantined: float = 1
    """By how much the quarantined share of an entity's rows may grow."""


NAMES = {
    "as_of": "LOYALTY_AS_OF",
    "tier_basis": "LOYALTY_TIER_BASIS",
    "window_days": "LOYALTY_WINDOW_DAYS",
    "top_limits": "LOYALTY_TOP_LIMITS",
    "added_columns": "the columns that came since",
    "margin_share": "LOYALTY_MARGIN",
}
"""What people call the columns of `raw.settings`."""
NO_INPUTS = RunInputs(None, "balance", (), (), (), ())
"""Where only the source's rows matter."""


def load_inputs(
    connection: duckdb.DuckDBPyConnection,
    source: Source,
    inputs: RunInputs,
    added_columns: list[str],
    compared: dict[str, Compared],
) -> list[Change]:
    """Write the inputs of the run; what differs from the last one's."""
    settings = (
        inputs.as_of,
        inputs.tier_basis,
        list(inputs.window_days),
        list(inputs.top_limits),
        added_columns,
        inputs.margin,
    )
    before = _read_settings(connection)
    fill(
        connection,
        "settings",
        "as_of date, tier_basis varchar, window_days integer[], top_limits integer[],"
        " added_columns varchar[], margin_share decimal(7, 6)",
        [settings],
    )
    is_other = {
        "the requested ranges": fill(
            connection,
            "requested_ranges",
            "website_id bigint, date_from date, date_to date",
            inputs.requested_ranges,
        ),
        "the edited widgets": fill(
            connection,
            "widget_edits",
            "website_id bigint, widget_id bigint, is_deleted boolean, widget_type varchar,"
            " title varchar, position bigint, is_visible boolean, config varchar,"
            " created_at varchar",
            inputs.widget_edits,
        ),
        "LOYALTY_POINT_VALUE": fill(
            connection,
            "point_values",
            "website_id bigint, point_value decimal(18, 6)",
            inputs.point_values,
        ),
        "the delivered entities": fill(
            connection,
            "deliveries",
            "entity varchar, is_delivered boolean, is_required boolean",
            [(entity.name, source.has(entity), not entity.is_optional) for entity in ENTITIES],
        ),
    }
    fill(
        connection,
        "run",
        "began_at timestamptz, accepts_quarantine boolean, max_quarantined double",
        [(inputs.began_at, inputs.accepts_quarantine, inputs.max_quarantined)],
    )
    fill(
        connection,
        "transaction_types",
        "delivered_type varchar, transaction_type varchar, sign integer",
        source.transaction_types(),
    )
    fill(
        connection,
        "changed_entities",
        "entity varchar, has_changed boolean",
        [(name, result.has_changed) for name, result in compared.items()],
    )
    changed = find_changes(before, _read_settings(connection))
    return [*changed, *(Change(name) for name, differs in is_other.items() if differs)]


def _read_settings(connection: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """The settings of the last pull by what people call them; empty where there was none."""
    if not has_table(connection, "settings"):
        return {}
    table = connection.table("raw.settings")
    values = dict(zip(table.columns, table.fetchone(), strict=True))
    return {NAMES.get(column, column): value for column, value in values.items()}


def fill(
    connection: duckdb.DuckDBPyConnection, name: str, columns: str, rows: Iterable[tuple]
) -> bool:
    """Make a table of these rows; whether they differ from the ones it had."""
    table = f"raw.{name}"
    connection.execute(f"create table if not exists {table} ({columns})")
    before = connection.table(table).fetchall()
    connection.execute(f"create or replace table {table} ({columns})")
    for row in rows:
        connection.execute(f"insert into {table} values ({', '.join('?' * len(row))})", row)
    return connection.table(table).fetchall() != before


def has_table(connection: duckdb.DuckDBPyConnection, table: str) -> bool:
    """Whether there is such a table of raw."""
    found = connection.execute(
        "select 1 from duckdb_tables()"
        " where database_name = current_database() and schema_name = 'raw' and table_name = ?",
        [table],
    )
    return found.fetchone() is not None
