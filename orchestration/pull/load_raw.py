"""The pull: raw brought to the state of the source in one transaction, and what changed by that.

Nothing is validated here: reading types, finding duplicates and quarantining are the models'.
"""

import zoneinfo
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Literal

import duckdb

from orchestration.errors import SourceError, is_full_disk, is_interrupt
from orchestration.pull.changes import Change, with_changes
from orchestration.pull.extract import ID, Extract
from orchestration.pull.loading import Compared, load_entity, replace_entity
from orchestration.pull.published_rows import attached, load_published_rows
from orchestration.pull.run_inputs import RunInputs, load_inputs
from orchestration.pull.run_progress import begin, find_changed_parts, why_full
from orchestration.pull.sync import Lookback, sync_events
from orchestration.sources.base import Source
from orchestration.sources.contract import ENTITIES, Entity
from orchestration.workspace.report_history import load_history

Mode = Literal["full", "incremental", "nothing"]
NOTHING_CHANGED = "nothing changed since the last run"


@dataclass(frozen=True)
class EarlierRuns:
    """What earlier runs of the workspace left, against which this one is held."""

    state: Path | None = None
    """The folder with what they reported."""
    known_columns: dict[str, list[str]] | None = None
    """The columns that nothing reads, by entity; others are warned of. Null where none is known."""
    published: Path | None = None
    """The marts that were last published from this source."""


@dataclass(frozen=True)
class Pull:
    """What a pull did, and what the models have to do after it."""

    mode: Mode
    reason: str
    """Why the models are built in this mode."""
    changes: tuple[Change, ...]
    """What differs from the last run, whether or not it is the reason; none where none finished."""
    entities: dict[str, Compared]
    extra_columns: dict[str, list[str]]
    """The columns of each entity's table that nothing reads."""


def load_raw(
    connection: duckdb.DuckDBPyConnection,
    source: Source,
    inputs: RunInputs,
    earlier: EarlierRuns = EarlierRuns(),
    *,
    build_parts: Mapping[str, str] = MappingProxyType({}),
    full_reason: str | None = None,
    lookback: Lookback | None = None,
) -> Pull:
    """Bring raw to the state of the source, and record what changed.

    `build_parts` names all that shapes the marts beside rows, code and settings. The models are
    built anew where those of the last finished run differ, where there is none, or for
    `full_reason`; then raw is loaded anew too. `lookback` narrows the comparison of events to
    recent ones.

    Raises `SourceError`, and leaves raw as it was, where the source breaks the contract.
    """
    changed_parts = find_changed_parts(connection, build_parts)
    reason = full_reason or why_full(connection, changed_parts)
    with (
        source.reading(connection),
        attached(connection, earlier.published),
        _all_or_nothing(connection),
    ):
        compared = _load_entities(connection, source, lookback, is_full=reason is not None)
        _check_timezones(connection, source)
        extra_columns = {entity.name: source.extra_columns(entity) for entity in ENTITIES}
        added = _find_added(extra_columns, earlier.known_columns)
        news = load_inputs(connection, source, inputs, added, compared)
        if changed_parts is not None:
            news = [*_find_changed(connection, compared, is_full=reason is not None), *news]
        mode, reason = _choose_mode(connection, inputs, compared, reason, news)
        if mode != "nothing":
            load_history(connection, earlier.state)
            load_published_rows(connection)
            if mode == "full":  # it follows no change
                connection.execute("delete from raw.changed_ids")
            begin(
                connection,
                build_parts=build_parts,
                is_full=mode == "full",
                source=source.identity,
                extra_columns=extra_columns,
            )
        if replaced := source.replaced():
            raise SourceError(
                f"{source.identity}: {', '.join(replaced)} changed while it was read; run again"
            )
    changes = () if changed_parts is None else tuple(dict.fromkeys((*changed_parts, *news)))
    return Pull(mode, reason, changes, compared, extra_columns)


@contextmanager
def _all_or_nothing(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """One transaction, undone by whatever is raised within it."""
    connection.begin()
    try:
        yield
        connection.commit()
    except BaseException:
        with suppress(duckdb.Error):  # a database that is gone can't be rolled back
            connection.rollback()
        raise


def _choose_mode(
    connection: duckdb.DuckDBPyConnection,
    inputs: RunInputs,
    compared: dict[str, Compared],
    full_reason: str | None,
    news: list[Change],
) -> tuple[Mode, str]:
    """How the models have to be built, and why: for `full_reason`, or for what is new."""
    if full_reason is not None:
        return "full", full_reason
    retyped = [name for name, result in compared.items() if result.is_retyped]
    if retyped:
        return "full", f"the source delivers {', '.join(retyped)} in other types"
    if news:
        return "incremental", with_changes("the source or the settings changed", news)
    if _is_day_over(connection, inputs):
        return "incremental", "the date of an event that did not count yet is over"
    return "nothing", NOTHING_CHANGED


def delivered_columns(
    connection: duckdb.DuckDBPyConnection, source: Source
) -> dict[str, list[str] | None]:
    """The contract's columns that are delivered, by entity of a source that is being read."""
    return {entity.name: delivered_columns_of(connection, source, entity) for entity in ENTITIES}


def delivered_columns_of(
    connection: duckdb.DuckDBPyConnection, source: Source, entity: Entity
) -> list[str] | None:
    """The contract's columns that are delivered of an entity; null where it is absent.

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


def _load_entities(
    connection: duckdb.DuckDBPyConnection,
    source: Source,
    lookback: Lookback | None,
    *,
    is_full: bool,
) -> dict[str, Compared]:
    """Bring each entity's raw table to the state of the source; what was found of each."""
    columns = delivered_columns(connection, source)
    connection.execute("create schema if not exists raw")
    _forget_changes(connection, is_full=is_full)
    return {
        entity.name: _load_entity(
            connection, source, entity, columns[entity.name], is_full, lookback
        )
        for entity in ENTITIES
    }


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
        raise SourceError(
            f"{source.identity}: {entity.name} can't be read: {source.describe_error(error)}"
        ) from None


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
    columns = "(entity varchar, block bigint, row_count bigint, checksum varchar)"
    connection.execute(f"create table if not exists raw.fingerprints {columns}")
    if is_full:
        connection.execute("create or replace temp table earlier_blocks as from raw.fingerprints")
        connection.execute(f"create or replace table raw.fingerprints {columns}")


def _find_changed(
    connection: duckdb.DuckDBPyConnection, compared: dict[str, Compared], *, is_full: bool
) -> list[Change]:
    """The entities that differ from the last run's; of those loaded from nothing, by their blocks.

    There the comparison with raw itself says nothing: all rows are added.
    """
    differing = {name for name, result in compared.items() if result.has_changed}
    if is_full:
        found = connection.execute(
            """
            select distinct entity
            from (
                (from earlier_blocks except from raw.fingerprints)
                union all
                (from raw.fingerprints except from earlier_blocks)
            )
            """
        )
        differing = {name for (name,) in found.fetchall()}
    return [Change(name) for name in compared if name in differing]


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
