"""Landing: what was pulled as Parquet files, a folder for each table, in types that Spark has."""

import re
from pathlib import Path

from duckdb import DuckDBPyConnection

from orchestration.sources.contract import ENTITIES

STRICT_JSON = {"dashboard_widgets": "config"}
"""Columns whose strict JSON lands beside them, so that no executor needs this package."""
SHARED_TYPES = {
    *("BOOLEAN", "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "FLOAT", "DOUBLE"),
    *("DATE", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE", "VARCHAR"),
}
DECIMAL = re.compile(r"DECIMAL[(]\d+,\d+[)]")
LISTS = {"INTEGER[]", "VARCHAR[]"}
"""Of settings; a list that a source delivers is no more than a text."""
LOCAL_TIMES = {"TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"}


def land_raw(connection: DuckDBPyConnection, folder: Path) -> None:
    """Write each table of `raw` into a folder of its name in an empty one.

    The connection is one to the warehouse that knows `strict_json`.
    """
    columns = connection.execute(
        "select table_name, list((column_name, data_type) order by column_index)"
        " from duckdb_columns() where schema_name = 'raw' and database_name = current_database()"
        " group by table_name"
    ).fetchall()
    delivered = {entity.name for entity in ENTITIES}
    for table, named in columns:
        file = folder / table / "part-0.parquet"
        file.parent.mkdir(parents=True)
        kept = SHARED_TYPES if table in delivered else SHARED_TYPES | LISTS
        landed = [_landed(name, kind, kept) for name, kind in named]
        if table in STRICT_JSON:
            column = STRICT_JSON[table]
            landed.append(f"strict_json(cast({column} as varchar)) as {column}_as_strict_json")
        target = str(file).replace("'", "''")
        connection.execute(
            f"copy (select {', '.join(landed)} from raw.{table}) to '{target}' (format parquet)"
        )


def _landed(name: str, kind: str, kept: set[str]) -> str:
    """A column in a type that Spark reads as DuckDB does, else as text."""
    quoted = '"' + name.replace('"', '""') + '"'
    if kind in kept or DECIMAL.fullmatch(kind):
        return quoted
    return f"cast({quoted} as {'timestamp' if kind in LOCAL_TIMES else 'varchar'}) as {quoted}"
