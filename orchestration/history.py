"""History: what was reported then, which no source can give back. Kept in the workspace's state."""

from pathlib import Path

import duckdb

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
    "published_figures": "published.fct_published_figures",
    "row_changes": "intermediate.int_row_changes",
}


def load_history(connection: duckdb.DuckDBPyConnection, state: Path | None) -> None:
    """Bring what earlier runs reported from the folder `state` into raw."""
    for table, columns in TABLES.items():
        connection.execute(f"create or replace table raw.{table} ({columns})")
        path = None if state is None else state / f"{table}.parquet"
        if path is not None and path.exists():
            rows = connection.from_parquet(str(path))
            rows.insert_into(f"raw.{table}")


def save_history(connection: duckdb.DuckDBPyConnection, marts: Path, scratch: Path) -> list[Path]:
    """Write what has been reported by now as files into `scratch`; returns them."""
    connection.execute(f"attach '{marts}' as published (read_only)")
    paths = []
    for table, saved_from in SAVED_FROM.items():
        path = scratch / f"{table}.parquet"
        connection.table(saved_from).write_parquet(str(path))
        paths.append(path)
    connection.execute("detach published")
    return paths
