"""dbt's `adapter` for SQLFluff, which lints what DuckDB is given."""

from collections.abc import Callable

from jinja2 import pass_context
from jinja2.runtime import Context


@pass_context
def dispatch(context: Context, name: str) -> Callable[..., str]:
    """DuckDB's form of a macro."""
    return context.resolve(f"duckdb__{name}")
