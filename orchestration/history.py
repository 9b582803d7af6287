"""History: what was reported then, which no source can give back. Kept in the workspace's state."""

from collections.abc import Iterator
from pathlib import Path

import duckdb

from orchestration.errors import damaged_state, is_full_disk

TABLES = {
    "published_figures": (
        "publication bigint, as_of date, website_id bigint, date_from date, date_to date,"
        " figure varchar, value decimal(38, 2)"
    ),
    "row_changes": (
        "publication bigint, website_id bigint, date date,"
        " rows_added bigint, rows_changed bigint, rows_removed bigint"
    ),
}
SAVED_FROM = {
    "row_changes": "intermediate.int_row_changes",
    "published_figures": "published.fct_published_figures",
}
"""The figures are saved last: without theirs, row changes wait for the next publication."""


def load_history(connection: duckdb.DuckDBPyConnection, state: Path | None) -> None:
    """Bring what earlier runs reported from the folder `state` into raw."""
    for table, columns in TABLES.items():
        connection.execute(f"create or replace table raw.{table} ({columns})")
        path = None if state is None else state / f"{table}.parquet"
        if path is not None and path.exists():
            _load(connection, table, path)


def _load(connection: duckdb.DuckDBPyConnection, table: str, path: Path) -> None:
    try:
        connection.from_parquet(str(path)).insert_into(f"raw.{table}")
    except duckdb.Error as error:
        if is_full_disk(error):
            raise
        raise damaged_state(path) from error


def save_history(
    connection: duckdb.DuckDBPyConnection, marts: Path, state: Path
) -> Iterator[tuple[Path, Path]]:
    """Write what has been reported by now beside its place in `state`; gives both paths of each."""
    connection.execute(f"attach '{marts}' as published (read_only)")
    for table, saved_from in SAVED_FROM.items():
        path = state / f"{table}.parquet"
        scratch = state / f".{path.name}"
        connection.table(saved_from).write_parquet(str(scratch))
        yield scratch, path
    connection.execute("detach published")
