"""dbt-duckdb plugin: the SQL functions that the models use and DuckDB lacks."""

from dbt.adapters.duckdb.plugins import BasePlugin
from duckdb import DuckDBPyConnection

from api_export.strict_json import strict_json


def register_functions(connection: DuckDBPyConnection) -> None:
    """Make `strict_json(text)` known to a connection."""
    connection.create_function(
        "strict_json", strict_json, ["VARCHAR"], "VARCHAR", null_handling="special"
    )


class Plugin(BasePlugin):
    """Registers the functions on each connection that dbt opens."""

    def configure_connection(self, conn: DuckDBPyConnection) -> None:
        """Called by dbt-duckdb once for each connection."""
        register_functions(conn)
