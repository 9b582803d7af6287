"""The table macros of published marts, for marts that were built without dbt's hooks."""

from pathlib import Path

import duckdb


def copy_macro(name: str, published: Path, connection: duckdb.DuckDBPyConnection) -> None:
    """Give a connection's database a macro just as a run publishes it."""
    with duckdb.connect(str(published), read_only=True) as marts:
        found = marts.execute(
            "select parameters, macro_definition from duckdb_functions() where function_name = ?",
            [name],
        ).fetchall()
    ((parameters, definition),) = found
    named = ", ".join(
        f"{parameter} := null" if parameter == "catalog" else parameter for parameter in parameters
    )
    connection.execute(f"create macro {name}({named}) as table {definition}")
