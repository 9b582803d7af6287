"""Spark's tables beside DuckDB's of the same rows."""

from pathlib import Path

import duckdb


def differing_tables(warehouse: Path, marts: Path, tables: Path) -> dict[str, str]:
    """Each of DuckDB's tables of which Spark's is another, and by how many rows.

    Spark left them as Parquet in the folder `tables`. Rows are compared without their order, in
    DuckDB's types.
    """
    different = {}
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute(f"attach '{warehouse}' as warehouse (read_only)")
        connection.execute(f"attach '{marts}' as marts (read_only)")
        for database, schema, table in _tables_of(connection):
            files = f"{tables}/{schema}.db/{table}/*.parquet"
            columns = _columns(connection, database, schema, table)
            ours = f"select {columns} from {database}.{schema}.{table}"
            theirs = f"select {columns} from read_parquet('{files}')"
            ((missing, extra),) = connection.execute(
                f"select (select count(*) from ({ours} except all {theirs})),"
                f" (select count(*) from ({theirs} except all {ours}))"
            ).fetchall()
            if missing or extra:
                different[f"{schema}.{table}"] = f"{missing} rows are missing, {extra} are others"
    return different


def _tables_of(connection: duckdb.DuckDBPyConnection) -> list[tuple[str, str, str]]:
    """All that the models build; raw is where both begin."""
    return connection.execute(
        "select database_name, schema_name, table_name from duckdb_tables()"
        " where schema_name in ('intermediate', 'main', 'reports') order by all"
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
