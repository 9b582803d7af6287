"""Raw: the source's rows just as they were delivered, and the inputs of the run, in DuckDB.

A pull brings raw to the state of the source in one transaction, and records what changed for the
models. Nothing is validated here: reading types, finding duplicates and quarantining are dbt's.
"""

import json
import zoneinfo
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Literal

import duckdb

from api_export.payloads.additions import RequestedRange, WidgetEdit
from orchestration.errors import BusyError, SourceError, is_full_disk, is_interrupt
from orchestration.pull.sync import (
    ID,
    Compared,
    Extract,
    Lookback,
    load_entity,
    replace_entity,
    sync_events,
)
from orchestration.sources.base import Source
from orchestration.sources.contract import ENTITIES, Entity
from orchestration.workspace.report_history import load_history

Mode = Literal["full", "incremental", "nothing"]


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
    began_at: datetime | None = None
    """When the run begins, with a time zone: without `as_of`, later dates than are over by then
    don't count. None for a run without a clock."""
    accepts_quarantine: bool = False
    """Whether a delivery that breaks the contract of deliveries is let through."""
    max_quarantined: float = 1
    """By how much the quarantined share of an entity's rows may grow."""


NO_INPUTS = RunInputs(None, "balance", (), (), (), ())
"""Where only the source's rows matter."""


@dataclass(frozen=True)
class Pull:
    """What a pull did, and what the models have to do after it."""

    mode: Mode
    reason: str
    """Why the models are built in this mode."""
    entities: dict[str, Compared]
    extra_columns: dict[str, list[str]]
    """The columns of each entity's table that nothing reads."""


def load_raw(
    connection: duckdb.DuckDBPyConnection,
    source: Source,
    inputs: RunInputs,
    *,
    key: str = "",
    full_reason: str | None = None,
    lookback: Lookback | None = None,
    state: Path | None = None,
    known_columns: dict[str, list[str]] | None = None,
    published: Path | None = None,
) -> Pull:
    """Bring raw to the state of the source, and record what changed.

    `key` stands for all that shapes results beside rows: code and settings. The models are built
    anew where it is not that of the last finished run, where there is none, or for `full_reason`;
    then raw is loaded anew too. `lookback` narrows the comparison of events to recent ones. The
    folder `state` holds what earlier runs reported. Columns that nothing reads, and that are not
    among `known_columns`, are told of; none are where that is not given. `published` are the marts
    that were last published from this source, which the delivery is held against.

    Raises `SourceError`, and leaves raw as it was, where the source breaks the contract.
    """
    reason = full_reason or _why_full(connection, key)
    with source.reading(connection), _attached(connection, published):
        columns = delivered_columns(connection, source)
        connection.begin()
        try:
            connection.execute("create schema if not exists raw")
            _forget_changes(connection, is_full=reason is not None)
            compared = {
                entity.name: _load_entity(
                    connection, source, entity, columns[entity.name], reason is not None, lookback
                )
                for entity in ENTITIES
            }
            retyped = [name for name, result in compared.items() if result.is_retyped]
            if reason is None and retyped:
                reason = f"the source delivers {', '.join(retyped)} in other types"
            _check_timezones(connection, source)
            extra_columns = {entity.name: source.extra_columns(entity) for entity in ENTITIES}
            added = _find_added(extra_columns, known_columns)
            has_new_inputs = _load_inputs(connection, source, inputs, added, compared)
            if reason is not None:
                mode: Mode = "full"
            elif has_new_inputs or any(result.has_changed for result in compared.values()):
                mode, reason = "incremental", "the source or the settings changed"
            elif _is_day_over(connection, inputs):
                mode, reason = "incremental", "the date of an event that did not count yet is over"
            else:
                mode, reason = "nothing", "nothing changed since the last run"
            if mode != "nothing":
                load_history(connection, state)
                _load_published(connection)
                _remember_previous(connection, is_full=mode == "full")
                if mode == "full":  # it follows no change
                    connection.execute("delete from raw.changed_ids")
                for table in ("published", "finished"):
                    connection.execute(f"drop table if exists raw.{table}")
                _fill(
                    connection,
                    "pending",
                    "key varchar, is_full boolean, source varchar, extra_columns varchar",
                    [(key, mode == "full", source.identity, json.dumps(extra_columns))],
                )
            if replaced := source.replaced():
                raise SourceError(
                    f"{source.identity}: {', '.join(replaced)} changed while it was read; run again"
                )
            connection.commit()
        except BaseException:
            with suppress(duckdb.Error):  # a database that is gone can't take leave
                connection.rollback()
            raise
    return Pull(mode, reason, compared, extra_columns)


def delivered_columns(
    connection: duckdb.DuckDBPyConnection, source: Source
) -> dict[str, list[str] | None]:
    """The contract's columns that are delivered, by entity, of a source that is being read."""
    return {entity.name: delivered_columns_of(connection, source, entity) for entity in ENTITIES}


def delivered_columns_of(
    connection: duckdb.DuckDBPyConnection, source: Source, entity: Entity
) -> list[str] | None:
    """The contract's columns that are delivered of an entity; none where it is absent.

    Raises `SourceError` where a required one is missing.
    """
    if not source.has(entity):
        return None
    delivered = source.columns(connection, entity)
    missing = [column for column in entity.required if column not in delivered]
    if missing:
        raise SourceError(
            f"{source.identity}: the entity {entity.name} lacks the required"
            f" column{'s' if len(missing) > 1 else ''} {', '.join(missing)}"
        )
    return [column for column in entity.columns if column in delivered]


def finish(connection: duckdb.DuckDBPyConnection, export_key: str = "") -> None:
    """Record that what the last pull brought is in the marts and the export.

    `export_key` stands for the code that wrote the export, as `key` of `load_raw` does for what
    shapes the marts.
    """
    connection.execute(
        "create or replace table raw.finished as select key, cast(? as varchar) as export_key"
        " from raw.pending",
        [export_key],
    )


def exported_by(connection: duckdb.DuckDBPyConnection) -> str:
    """The `export_key` of the last run, which finished."""
    return connection.table("raw.finished").select("export_key").fetchone()[0]


def note_exported(connection: duckdb.DuckDBPyConnection, export_key: str) -> None:
    """Record that other code has written the export of the same marts."""
    connection.execute("update raw.finished set export_key = ?", [export_key])


def note_published(connection: duckdb.DuckDBPyConnection) -> None:
    """Record that what the last pull brought is in the published marts."""
    connection.execute("create or replace table raw.published as select key from raw.pending")


def is_published(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether what the last pull brought is in the published marts."""
    return _has_table(connection, "published")


def pending_source(connection: duckdb.DuckDBPyConnection) -> tuple[str, dict[str, list[str]]]:
    """The identity of the source of the last pull, and its columns that nothing reads."""
    identity, extra_columns = (
        connection.table("raw.pending").select("source, extra_columns").fetchone()
    )
    return identity, json.loads(extra_columns)


def is_full_build(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether the models have to be built from nothing after the last pull."""
    return connection.table("raw.pending").select("is_full").fetchone()[0]


def _why_full(connection: duckdb.DuckDBPyConnection, key: str) -> str | None:
    """Why the models have to be built from nothing; none if the last run's can be updated."""
    if not _has_table(connection, "websites"):
        return "the workspace is new"
    if not _has_table(connection, "finished"):
        return "the last run did not finish"
    if connection.table("raw.finished").select("key").fetchall() != [(key,)]:
        return "code or settings changed"
    return None


def _has_table(connection: duckdb.DuckDBPyConnection, table: str) -> bool:
    found = connection.execute(
        "select 1 from duckdb_tables()"
        " where database_name = current_database() and schema_name = 'raw' and table_name = ?",
        [table],
    )
    return found.fetchone() is not None


def _load_entity(
    connection: duckdb.DuckDBPyConnection,
    source: Source,
    entity: Entity,
    columns: list[str] | None,
    is_full: bool,
    lookback: Lookback | None,
) -> Compared:
    extract = Extract(connection, source, entity, columns)
    try:
        if is_full:
            compared = load_entity(extract)
        elif entity.event_time is None:
            compared = replace_entity(extract)
        else:
            compared = sync_events(extract, lookback)
        connection.execute("drop view delivered")
        return compared
    except source.errors as error:
        if is_full_disk(error) or is_interrupt(error):
            raise
        told = f"{source.identity}: {entity.name} can't be read: {source.describe_error(error)}"
        raise SourceError(told) from None


def _find_added(
    extra_columns: dict[str, list[str]], known_columns: dict[str, list[str]] | None
) -> list[str]:
    """The columns that came since, as `entity.column`."""
    if known_columns is None:
        return []
    return [
        f"{entity}.{column}"
        for entity, columns in extra_columns.items()
        for column in columns
        if column not in known_columns.get(entity, [])
    ]


def _forget_changes(connection: duckdb.DuckDBPyConnection, *, is_full: bool) -> None:
    """Begin the record of what this pull changes; a failed run's is made up for by a full build."""
    connection.execute("create or replace table raw.changed_ids (entity varchar, id bigint)")
    create = "create or replace table" if is_full else "create table if not exists"
    connection.execute(
        f"{create} raw.fingerprints"
        " (entity varchar, block bigint, row_count bigint, checksum varchar)"
    )


def _remember_previous(connection: duckdb.DuckDBPyConnection, *, is_full: bool) -> None:
    """Keep what the last run knew, so that the models can tell what became of it."""
    known = {
        "previous_run": ("as_of", "intermediate.int_run", "true"),
        "previous_websites": (
            "website_id, timezone",
            "intermediate.int_websites_validated",
            "quarantine_reason is null",
        ),
        "previous_clients": (
            "client_id, website_id",
            "intermediate.int_clients_validated",
            "quarantine_reason is null",
        ),
    }
    empty = {
        "previous_run": "(as_of date)",
        "previous_websites": "(website_id bigint, timezone varchar)",
        "previous_clients": "(client_id bigint, website_id bigint)",
    }
    for table, (columns, model, condition) in known.items():
        if is_full:
            connection.execute(f"create or replace table raw.{table} {empty[table]}")
        else:
            connection.execute(
                f"create or replace table raw.{table} as"
                f" select {columns} from {model} where {condition}"
            )


def _is_day_over(connection: duckdb.DuckDBPyConnection, inputs: RunInputs) -> bool:
    """Whether an event that the clock kept out of the last run counts by now."""
    if inputs.as_of is not None or inputs.began_at is None:
        return False
    (is_over,) = connection.execute(
        """
        select coalesce(max(run.first_later_date < local.date), false)
        from intermediate.int_run as run
        cross join (
            select min(cast(timezone(timezone, cast(? as timestamptz)) as date)) as date
            from intermediate.int_websites_validated
            where quarantine_reason is null
        ) as local
        """,
        [inputs.began_at],
    ).fetchone()
    return is_over


@contextmanager
def _attached(connection: duckdb.DuckDBPyConnection, published: Path | None) -> Iterator[None]:
    """Have the published marts at hand, if there are any; not within a transaction."""
    if published is not None:
        quoted = str(published).replace("'", "''")
        try:
            connection.execute(f"attach '{quoted}' as last_published (read_only)")
        except duckdb.IOException as error:
            told = str(error).strip().splitlines()[0]
            raise BusyError(f"{published} can't be read: {told}") from None
    try:
        yield
    finally:
        if published is not None:
            connection.execute("detach last_published")


def _load_published(connection: duckdb.DuckDBPyConnection) -> None:
    """Bring what was delivered to the last published run into raw; nothing where none was."""
    connection.execute(
        "create or replace table raw.published_rows (entity varchar, website_id bigint,"
        " transaction_type varchar, reason varchar, delivered_rows bigint)"
    )
    if connection.execute(
        "select 1 from duckdb_tables() where database_name = 'last_published'"
        " and schema_name = 'main' and table_name = 'fct_delivered_rows'"
    ).fetchone():
        connection.execute(
            "insert into raw.published_rows by name"
            " select entity, website_id, transaction_type, reason, delivered_rows"
            " from last_published.fct_delivered_rows"
        )


def _check_timezones(connection: duckdb.DuckDBPyConnection, source: Source) -> None:
    """Raise `SourceError` for a readable website's timezone that IANA or DuckDB does not know."""
    delivered = connection.execute(
        "select distinct cast(timezone as varchar) from raw.websites"
        " where cast(timezone as varchar) != '' and cast(name as varchar) != ''"
        f" and ({ID}) is not null"
    ).fetchall()
    known = zoneinfo.available_timezones() & {
        name for (name,) in connection.execute("select name from pg_timezone_names()").fetchall()
    }
    for (name,) in delivered:
        if name not in known:
            raise SourceError(
                f"{source.identity}: the entity websites has the unknown timezone {name!r};"
                " expected an IANA name such as Europe/Vienna"
            )


def _load_inputs(
    connection: duckdb.DuckDBPyConnection,
    source: Source,
    inputs: RunInputs,
    added_columns: list[str],
    compared: dict[str, Compared],
) -> bool:
    """Write the inputs of the run; whether they differ from those of the last one."""
    settings = (
        inputs.as_of,
        inputs.tier_basis,
        list(inputs.window_days),
        list(inputs.top_limits),
        added_columns,
    )
    changed = [
        _fill(
            connection,
            "settings",
            "as_of date, tier_basis varchar, window_days integer[], top_limits integer[],"
            " added_columns varchar[]",
            [settings],
        ),
        _fill(
            connection,
            "requested_ranges",
            "website_id bigint, date_from date, date_to date",
            inputs.requested_ranges,
        ),
        _fill(
            connection,
            "widget_edits",
            "website_id bigint, widget_id bigint, is_deleted boolean, widget_type varchar,"
            " title varchar, position bigint, is_visible boolean, config varchar,"
            " created_at varchar",
            inputs.widget_edits,
        ),
        _fill(
            connection,
            "deliveries",
            "entity varchar, is_delivered boolean, is_required boolean",
            [(entity.name, source.has(entity), not entity.is_optional) for entity in ENTITIES],
        ),
    ]
    _fill(
        connection,
        "run",
        "began_at timestamptz, accepts_quarantine boolean, max_quarantined double",
        [(inputs.began_at, inputs.accepts_quarantine, inputs.max_quarantined)],
    )
    _fill(
        connection,
        "transaction_types",
        "delivered_type varchar, transaction_type varchar, sign integer",
        source.transaction_types(),
    )
    _fill(
        connection,
        "changed_entities",
        "entity varchar, has_changed boolean",
        [(name, result.has_changed) for name, result in compared.items()],
    )
    return any(changed)


def _fill(
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
