"""What a source would deliver, found out in a folder that is thrown away: nothing else is written.

What would be quarantined is judged by the models themselves.
"""

import logging
import os
import subprocess
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from orchestration.errors import RunError, SourceError
from orchestration.project import dbt_executable, dbt_paths, project_root
from orchestration.raw import NO_FACTS, delivered_columns_of, load_raw
from orchestration.sources.contract import ENTITIES
from orchestration.sources.source import Source
from orchestration.workspace import Workspace

log = logging.getLogger(__name__)


@dataclass
class Described:
    """An entity as the source delivers it."""

    entity: str
    origin: str
    """The table, SELECT or file that it comes from; empty where it is absent."""
    missing: list[str] = field(default_factory=list)
    """The optional columns that are absent."""
    problem: SourceError | None = None
    """Why no run could use the source."""
    rows: int | None = None
    first: str | None = None
    last: str | None = None
    """The first and last instant of an event, as delivered."""
    quarantined: dict[str, int] = field(default_factory=dict)
    """Rows by the reason for which they would be quarantined."""


def describe_source(source: Source) -> list[Described]:
    """Each entity: where it is, and, where none has a problem, its rows and what is wrong there.

    Raises `SourceError` where the source can't be reached.
    """
    with duckdb.connect() as connection, source.reading(connection):
        described = []
        for entity in ENTITIES:
            found = Described(entity.name, source.origin(entity) if source.has(entity) else "")
            try:
                columns = delivered_columns_of(connection, source, entity) or entity.columns
                found.missing = [column for column in entity.columns if column not in columns]
            except SourceError as problem:
                found.problem = problem
            described.append(found)
    if not any(found.problem for found in described):
        log.info("reading and judging every row")
        with tempfile.TemporaryDirectory(prefix="loyalty-") as scratch:
            _judge(source, described, Workspace(Path(scratch)))
    return described


def _judge(source: Source, described: list[Described], workspace: Workspace) -> None:
    with workspace.connect() as connection:
        load_raw(connection, source, NO_FACTS)
    built = subprocess.run(
        [
            *(dbt_executable(), "--quiet", "build", "--select", "+quarantined_rows"),
            *("--exclude-resource-type", "test", "unit_test"),
            *dbt_paths(workspace.dbt_target),
        ],
        cwd=project_root(),
        env=os.environ | {"LOYALTY_WORKSPACE": str(workspace.root)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if built.returncode:
        raise RunError(f"the rows could not be judged: {built.stdout.strip()}")
    with workspace.connect() as connection:
        connection.execute(f"attach '{workspace.next_marts}' as marts (read_only)")
        for entity, found in zip(ENTITIES, described, strict=True):
            table = f"raw.{entity.name}"
            if entity.event_time is None:
                found.rows = connection.table(table).count("*").fetchone()[0]
            else:
                instant = f'cast("{entity.event_time}" as varchar)'
                found.rows, found.first, found.last = connection.execute(
                    f"select count(*), min({instant}), max({instant}) from {table}"
                ).fetchone()
            found.quarantined = dict(
                connection.execute(
                    "select reason, count(*) from marts.quarantined_rows"
                    " where entity = ? group by all order by all",
                    [entity.name],
                ).fetchall()
            )
