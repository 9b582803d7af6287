"""Raw: the source's rows just as they were delivered, and the facts of the run, in DuckDB.

All of it changes in one transaction. Nothing is judged here: reading types, finding duplicates and
quarantining are dbt's.
"""

import zoneinfo
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import duckdb

from orchestration.errors import SourceError
from orchestration.sources import Source
from orchestration.sources.contract import ENTITIES, Entity

AskedRange = tuple[int, date, date]
"""website_id, date_from, date_to (inclusive)."""


@dataclass(frozen=True)
class RunFacts:
    """What a run is told, beside the source's rows: tables that dbt reads."""

    as_of: date | None
    """The business date up to which everything counts; none for the latest event's."""
    tier_basis: str
    window_days: tuple[int, ...]
    top_limits: tuple[int, ...]
    asked_ranges: tuple[AskedRange, ...]


def load_raw(
    connection: duckdb.DuckDBPyConnection, source: Source, facts: RunFacts
) -> dict[str, int]:
    """Replace all of raw; returns the delivered rows of each entity.

    Raises `SourceError`, and leaves raw as it was, where the source breaks the contract.
    """
    columns = {entity.name: _columns(connection, source, entity) for entity in ENTITIES}
    connection.begin()
    try:
        connection.execute("create schema if not exists raw")
        rows = {
            entity.name: _load_entity(connection, source, entity, columns[entity.name])
            for entity in ENTITIES
        }
        _check_timezones(connection, source)
        _load_facts(connection, source, facts, rows)
        connection.commit()
    except BaseException:
        connection.rollback()
        raise
    return rows


def _columns(
    connection: duckdb.DuckDBPyConnection, source: Source, entity: Entity
) -> list[str] | None:
    """The contract's columns that are delivered; none where the entity is absent."""
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


def _load_entity(
    connection: duckdb.DuckDBPyConnection,
    source: Source,
    entity: Entity,
    columns: list[str] | None,
) -> int:
    table = f"raw.{entity.name}"
    connection.execute(f"drop table if exists {table}")
    if columns is None:
        names = ", ".join(f'"{column}" varchar' for column in (*entity.columns, "_line"))
        connection.execute(f"create table {table} (_row bigint, {names})")
        return 0
    try:
        delivered = source.rows(connection, entity, columns)
        nulls = [_null(column) for column in entity.columns if column not in columns]
        delivered.select(duckdb.StarExpression(), *nulls).create(table)
    except duckdb.Error as error:
        reason = str(error).strip().splitlines()[0]
        raise SourceError(f"{source.identity}: {entity.name} can't be read: {reason}") from error
    return _count(connection, table)


def _null(name: str) -> duckdb.Expression:
    return duckdb.ConstantExpression(None).cast("VARCHAR").alias(name)


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    (count,) = connection.table(table).count("*").fetchone()
    return count


def _check_timezones(connection: duckdb.DuckDBPyConnection, source: Source) -> None:
    """Raise `SourceError` for a readable website's timezone that IANA or DuckDB does not know."""
    delivered = connection.execute(
        "select distinct cast(timezone as varchar) from raw.websites where timezone is not null"
        " and name is not null and try_cast(cast(id as varchar) as bigint) between 1 and 900719"
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


def _load_facts(
    connection: duckdb.DuckDBPyConnection, source: Source, facts: RunFacts, rows: dict[str, int]
) -> None:
    connection.execute(
        "create or replace table raw.settings"
        " (as_of date, tier_basis varchar, window_days integer[], top_limits integer[])"
    )
    connection.execute(
        "insert into raw.settings values (?, ?, ?, ?)",
        [facts.as_of, facts.tier_basis, list(facts.window_days), list(facts.top_limits)],
    )
    _fill(
        connection,
        "create or replace table raw.asked_ranges"
        " (website_id bigint, date_from date, date_to date)",
        "insert into raw.asked_ranges values (?, ?, ?)",
        facts.asked_ranges,
    )
    _fill(
        connection,
        "create or replace table raw.deliveries"
        " (entity varchar, row_count bigint, is_delivered boolean)",
        "insert into raw.deliveries values (?, ?, ?)",
        [(entity.name, rows[entity.name], source.has(entity)) for entity in ENTITIES],
    )


def _fill(
    connection: duckdb.DuckDBPyConnection, create: str, insert: str, rows: Iterable[tuple]
) -> None:
    connection.execute(create)
    for row in rows:
        connection.execute(insert, row)
