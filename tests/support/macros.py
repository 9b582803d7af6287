"""Macros without dbt: those of published marts, and the project's own, as DuckDB is given them."""

import runpy
from pathlib import Path
from types import ModuleType, SimpleNamespace

import duckdb
import jinja2

PROJECT = Path(__file__).parents[2] / "dbt_project"


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


def duckdb_macros(name: str) -> ModuleType:
    """The macros of a file of the project."""
    adapter = SimpleNamespace(**runpy.run_path(str(PROJECT / "lint/adapter.py")))
    files = [PROJECT / "macros/engines/dialect.sql", PROJECT / "macros" / name]
    environment = jinja2.Environment()
    environment.globals["adapter"] = adapter
    return environment.from_string("".join(path.read_text() for path in files)).module
