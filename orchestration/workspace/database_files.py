"""The warehouse's files as DuckDB sees them: who has one open, and whether one is damaged."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from orchestration.errors import BusyError, is_full_disk
from orchestration.workspace.duckdb_setup import Limits
from orchestration.workspace.durable_files import sync_file

POLL_SECONDS = 0.2


@contextmanager
def connect(
    warehouse: Path, scratch: Path, limits: Limits, wait_seconds: float
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection for writing, timestamps in UTC, that spills into the folder `scratch`.

    Another program that has the file open is waited for so long, then `BusyError` names it.
    """
    deadline = time.monotonic() + wait_seconds
    options = limits.options(scratch)
    while True:
        try:
            connection = duckdb.connect(str(warehouse), config=options)
            break
        except duckdb.IOException as error:
            if not _is_locked(error):
                raise
            if time.monotonic() >= deadline:
                message = _first_line(error).partition(" See also")[0]
                raise BusyError(f"{message} Close it there, then run again") from None
            time.sleep(POLL_SECONDS)
    with connection:
        connection.execute("set timezone = 'UTC'")
        yield connection


@contextmanager
def connect_to_read(**databases: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that reads these files, each under the name that is given to it."""
    with duckdb.connect() as connection:
        for name, path in databases.items():
            connection.execute(f"attach {quoted_path(path)} as {name} (read_only)")
        yield connection


def find_damage(database: Path, *, thorough: bool = False, read_only: bool = False) -> str | None:
    """Why a file can't be opened, or `thorough`ly read, for reasons in itself; null if it can."""
    try:
        with duckdb.connect(str(database), read_only=read_only) as connection:
            if thorough:
                _read_all(connection)
    except duckdb.Error as error:
        if is_full_disk(error) or _is_locked(error) or "Permission denied" in str(error):
            return None
        return _first_line(error)
    return None


def compact(database: Path, scratch: Path, limits: Limits, most_free: float) -> None:
    """Write a closed database anew, in one step, where more of it is free than this share.

    What a run replaced stays in the file as free blocks, as much again as all small tables.
    """
    lean = scratch / database.name
    with duckdb.connect(config=limits.options(scratch)) as connection:
        connection.execute(f"attach {quoted_path(database)} as worn (read_only)")
        free, total = connection.execute(
            "select free_blocks, total_blocks from pragma_database_size()"
            " where database_name = 'worn'"
        ).fetchone()
        if free <= most_free * total:
            return
        scratch.mkdir(exist_ok=True)
        connection.execute(f"attach {quoted_path(lean)} as lean")
        connection.execute("copy from database worn to lean")
        connection.execute("checkpoint lean")
    sync_file(lean)
    lean.replace(database)


def quoted_path(path: Path) -> str:
    """A path as an SQL literal."""
    return "'" + str(path).replace("'", "''") + "'"


def wal_of(database: Path) -> Path:
    """Where DuckDB keeps the latest changes of a database file."""
    return database.with_name(f"{database.name}.wal")


def _read_all(connection: duckdb.DuckDBPyConnection) -> None:
    """Read every value, and so verify the checksum of every block."""
    tables = connection.execute("select schema_name, table_name from duckdb_tables()").fetchall()
    for schema, table in tables:
        connection.table(f'"{schema}"."{table}"').query(
            "all_rows", "select bit_xor(hash(all_rows)) from all_rows"
        ).fetchall()


def _is_locked(error: duckdb.Error) -> bool:
    return "Could not set lock on file" in str(error)


def _first_line(error: duckdb.Error) -> str:
    return str(error).strip().splitlines()[0]
