"""What a source would deliver, found out in a folder that is thrown away: nothing else is written.

What would be quarantined is validated by the models themselves, whose SQL dbt has compiled.
"""

import logging
import tempfile
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from orchestration.errors import SourceError
from orchestration.pull.load_raw import delivered_columns_of, load_raw
from orchestration.pull.run_inputs import NO_INPUTS
from orchestration.quality.examples import Quarantined, find_quarantined
from orchestration.quality.hints import accepted_values, find_hints
from orchestration.sources.base import Source
from orchestration.sources.contract import ENTITIES, Entity
from orchestration.transform.compiled_models import full_build
from orchestration.workspace.duckdb_setup import Limits, register_functions
from orchestration.workspace.workspace import Workspace

log = logging.getLogger(__name__)

LABEL_WIDTH = 14


@dataclass
class Described:
    """An entity as the source delivers it."""

    entity: Entity
    origin: str
    """The table, SELECT or file that it comes from; empty where it is absent."""
    missing: list[str] = field(default_factory=list)
    """The optional columns that are absent."""
    unread: list[str] = field(default_factory=list)
    """The columns beside the contract's."""
    problem: SourceError | None = None
    """Why no run could use the source."""
    rows: int | None = None
    first: str | None = None
    last: str | None = None
    """The first and last instant of an event, as delivered."""
    quarantined: list[Quarantined] = field(default_factory=list)
    """The rows that would be quarantined, by reason."""
    hints: list[str] = field(default_factory=list)
    """What a person should look at, and how to tell it in a mapping."""


def describe_source(source: Source, limits: Limits | None = None) -> list[Described]:
    """Each entity: where it is, and, where none has a problem, its rows and what is wrong there.

    Raises `SourceError` where the source can't be reached.
    """
    with duckdb.connect() as connection, source.reading(connection):
        described = []
        for entity in ENTITIES:
            found = Described(entity, source.origin(entity) if source.has(entity) else "")
            try:
                columns = delivered_columns_of(connection, source, entity) or entity.columns
                found.missing = [column for column in entity.columns if column not in columns]
            except SourceError as problem:
                found.problem = problem
            described.append(found)
    if not any(found.problem for found in described):
        log.info("reading and validating every row")
        with tempfile.TemporaryDirectory(prefix="loyalty-") as scratch:
            _validate(source, described, Workspace(Path(scratch), limits))
    return described


def _validate(source: Source, described: list[Described], workspace: Workspace) -> None:
    with workspace.connect() as connection:
        pull = load_raw(connection, source, NO_INPUTS)
        register_functions(connection)
        connection.execute(f"attach '{workspace.next_marts}' as marts")
        for statement in full_build(model="quarantined_rows"):
            connection.execute(statement)
        for found in described:
            entity = found.entity
            condition = (source.mapping_of(entity).where or "").casefold()
            found.unread = [
                name for name in pull.extra_columns[entity.name] if name.casefold() not in condition
            ]
            instant = "null" if entity.event_time is None else f'"{entity.event_time}"'
            found.rows, found.first, found.last = connection.execute(
                f"select count(*), cast(min({instant}) as varchar), cast(max({instant}) as varchar)"
                f" from raw.{entity.name}"
            ).fetchone()
            found.quarantined = find_quarantined(connection, entity)
            found.hints = find_hints(connection, entity, source.mapping_of(entity), found.unread)


def lines_of(found: Described, source: Source, width: int) -> Iterator[str]:
    """An entity for people: a block of lines, none wider than `width` where a break is possible."""
    entity = found.entity
    yield entity.name
    yield from _labelled("from", found.origin or "absent", width)
    if found.rows is not None and found.origin:
        span = [_printable(each) for each in (found.first, found.last) if each is not None]
        rows = f"{found.rows:,}{', ' if span else ''}{' to '.join(span)}"
        yield from _labelled("rows", rows, width)
    if found.origin and found.problem is None:
        if found.missing:
            yield from _labelled("absent", ", ".join(found.missing), width)
        if found.unread:
            yield from _labelled("not read", ", ".join(map(_printable, found.unread)), width)
        for text in accepted_values(entity, source.mapping_of(entity)):
            yield from _labelled("accepted", text, width)
    if found.quarantined:
        rows = sum(quarantined.rows for quarantined in found.quarantined)
        yield from _labelled("quarantined", f"{rows:,} rows, {rows / found.rows:.1%}", width)
    for quarantined in found.quarantined:
        reason = f"{quarantined.reason} {quarantined.rows:,}"
        if len(quarantined.examples) == 1:
            yield from _wrapped(f"{reason}: {quarantined.examples[0]}", width, LABEL_WIDTH)
        else:
            yield from _wrapped(f"{reason}:", width, LABEL_WIDTH)
            for example in quarantined.examples:
                yield from _wrapped(example, width, LABEL_WIDTH + 2)
    for hint in found.hints:
        yield from _labelled("hint", hint, width)
    if found.problem is not None:
        yield from _labelled("problem", str(found.problem), width)


def _labelled(label: str, text: str, width: int) -> list[str]:
    lines = _wrapped(text, width, LABEL_WIDTH)
    lines[0] = f"  {label:<{LABEL_WIDTH - 2}}{lines[0].lstrip()}"
    return lines


def _wrapped(text: str, width: int, indent: int) -> list[str]:
    return textwrap.wrap(
        text,
        width,
        initial_indent=" " * indent,
        subsequent_indent=" " * (indent + 2),
        break_on_hyphens=False,
        break_long_words=False,
    )


def _printable(text: str) -> str:
    return text[:80] if text.isprintable() else ascii(text[:80])
