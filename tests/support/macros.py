"""Macros without dbt: those of published marts, and the project's own in an engine's words."""

from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace

import duckdb
import jinja2
from jinja2.runtime import Context

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


def project_macros(*names: str, engine: str = "duckdb") -> ModuleType:
    """The macros of some files of the project, in an engine's words."""

    @jinja2.pass_context
    def dispatch(context: Context, name: str) -> Callable[..., str]:
        return context.resolve(f"{engine}__{name}")

    files = [PROJECT / "macros" / name for name in ("engines/dialect.sql", *names)]
    environment = jinja2.Environment()
    environment.globals["adapter"] = SimpleNamespace(dispatch=dispatch)
    return environment.from_string("".join(path.read_text() for path in files)).module
