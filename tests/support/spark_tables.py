"""Spark's tables beside DuckDB's of the same rows."""

from dataclasses import dataclass, field
from pathlib import Path

import duckdb


@dataclass
class Compared:
    """What came of comparing all tables that DuckDB has built of some rows with Spark's."""

    rows: dict[str, int] = field(default_factory=dict)
    """How many each table has that Spark has built too."""
    different: dict[str, str] = field(default_factory=dict)
    """The tables of which Spark's is another, and by how many rows."""
    not_on_spark: set[str] = field(default_factory=set)


def compare_tables(warehouse: Path, marts: Path, tables: Path) -> Compared:
    """Compare DuckDB's tables in two files with Spark's, which are Parquet in the folder `tables`.

    Rows are compared without their order, in DuckDB's types.
    """
    compared = Compared()
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute(f"attach '{warehouse}' as warehouse (read_only)")
        connection.execute(f"attach '{marts}' as marts (read_only)")
        for database, schema, table in _tables_of(connection):
            folder = tables / f"{schema}.db" / table
            if not folder.exists():
                compared.not_on_spark.add(table)
                continue
            columns = _columns(connection, database, schema, table)
            ours = f"select {columns} from {database}.{schema}.{table}"
            theirs = f"select {columns} from read_parquet('{folder}/*.parquet')"
            ((rows, missing, others),) = connection.execute(
                f"select (select count(*) from ({ours})),"
                f" (select count(*) from ({ours} except all {theirs})),"
                f" (select count(*) from ({theirs} except all {ours}))"
            ).fetchall()
            compared.rows[table] = rows
            if missing or others:
                compared.different[table] = f"{missing} rows are missing, {others} are others"
    return compared


def _tables_of(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str, str]]:
    """All that the models build; raw is where both begin."""
    return connection.execute(
        "select database_name, schema_name, table_name from duckdb_tables()"
        " where schema_name not in ('raw', 'pipeline') order by all"
    ).fetchall()


def _columns(connection: duckdb.DuckDBPyConnection, *table: str) -> str:
    """Each column in its type; a closed set as text."""
    found = connection.execute(
        "select column_name, if(data_type like 'ENUM%', 'VARCHAR', data_type)"
        " from duckdb_columns() where database_name = ? and schema_name = ? and table_name = ?"
        " order by column_index",
        table,
    ).fetchall()
    return ", ".join(f'cast("{name}" as {kind}) as "{name}"' for name, kind in found)
