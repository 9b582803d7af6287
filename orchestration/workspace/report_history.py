"""History: what was reported then, which no source can give back. Kept in the workspace's state."""

from collections.abc import Iterator
from pathlib import Path

import duckdb

from orchestration.errors import damaged_state, is_full_disk, later_state
from orchestration.workspace.database_files import quoted_path
from orchestration.workspace.state_files import VERSION

VERSION_KEY = "loyalty_version"
"""Of the metadata of a Parquet file."""
TABLES = {
    "published_figures": {
        "publication": "BIGINT",
        "as_of": "DATE",
        "website_id": "BIGINT",
        "date_from": "DATE",
        "date_to": "DATE",
        "figure": "VARCHAR",
        "value": "DECIMAL(38,2)",
    },
    "published_forecasts": {
        "publication": "BIGINT",
        "as_of": "DATE",
        "website_id": "BIGINT",
        "series": "VARCHAR",
        "item_id": "BIGINT",
        "date": "DATE",
        "point": "BIGINT",
        "low_80": "BIGINT",
        "high_80": "BIGINT",
        "low_95": "BIGINT",
        "high_95": "BIGINT",
        "model": "VARCHAR",
    },
    "row_changes": {
        "publication": "BIGINT",
        "website_id": "BIGINT",
        "date": "DATE",
        "rows_added": "BIGINT",
        "rows_changed": "BIGINT",
        "rows_removed": "BIGINT",
    },
}
"""Their columns and types, in version 1 and before there were versions."""
SAVED_FROM = {
    "row_changes": "intermediate.int_row_changes",
    "published_forecasts": "published.fct_published_forecasts",
    "published_figures": "published.fct_published_figures",
}
"""The figures are saved last: without theirs, row changes wait for the next publication. Forecasts
that were saved without them are published once more, under a later number."""


def load_history(connection: duckdb.DuckDBPyConnection, state: Path | None) -> None:
    """Bring what earlier runs reported from the folder `state` into raw.

    Raises `RunError` where a file is not what a run wrote.
    """
    for table, columns in TABLES.items():
        listed = ", ".join(f"{name} {kind}" for name, kind in columns.items())
        connection.execute(f"create or replace table raw.{table} ({listed})")
        path = None if state is None else state / f"{table}.parquet"
        if path is not None and path.exists():
            _load(connection, table, path)


def _load(connection: duckdb.DuckDBPyConnection, table: str, path: Path) -> None:
    try:
        _check_version(connection, path)
        kept = connection.from_parquet(str(path))
        found = {name: str(kind) for name, kind in zip(kept.columns, kept.types, strict=True)}
        if list(found.items()) != list(TABLES[table].items()):
            raise damaged_state(path, f"its columns are {_listed(found)}")
        kept.insert_into(f"raw.{table}")
    except duckdb.Error as error:
        if is_full_disk(error):
            raise
        raise damaged_state(path, "it is not Parquet that can be read") from error


def _check_version(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    """Raise `RunError` for a version that is not known; a file may be of before there were any."""
    found = connection.execute(
        "select decode(value) from parquet_kv_metadata(?) where decode(key) = ?",
        [str(path), VERSION_KEY],
    ).fetchone()
    if found is None or found[0] == str(VERSION):
        return
    if found[0].isdecimal() and int(found[0][:9]) > VERSION:
        raise later_state(path, found[0])
    raise damaged_state(path, f"it is of version {found[0]!r}")


def _listed(columns: dict[str, str]) -> str:
    return ", ".join(f"{name!r} {kind}" for name, kind in columns.items())


def save_history(
    connection: duckdb.DuckDBPyConnection, marts: Path, state: Path
) -> Iterator[tuple[Path, Path]]:
    """Write what has been reported by now beside its place in `state`; gives both paths of each."""
    connection.execute(f"attach {quoted_path(marts)} as published (read_only)")
    for table, saved_from in SAVED_FROM.items():
        path = state / f"{table}.parquet"
        scratch = state / f".{path.name}"
        connection.execute(
            f"copy {saved_from} to {quoted_path(scratch)}"
            f" (format parquet, kv_metadata {{{VERSION_KEY}: '{VERSION}'}})"
        )
        yield scratch, path
    connection.execute("detach published")
