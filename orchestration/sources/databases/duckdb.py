"""DuckDB as a source."""

from duckdb import DuckDBPyConnection

from orchestration.errors import SourceError
from orchestration.sources.databases.attached import ATTACHED, AttachedSource
from orchestration.sources.databases.base import file_of


class DuckdbSource(AttachedSource):
    """A DuckDB file. SELECTs of a mapping name its tables as if it were the only database."""

    json_text = (
        "case when json_valid(cast(entries.metadata as varchar))"
        " then cast(entries.metadata as json) ->> '$.{key}' end"
    )

    def _identify(self) -> str:
        return f"duckdb:///{file_of(self.parts.path)}"

    def _connect(self, connection: DuckDBPyConnection) -> None:
        path = file_of(self.parts.path)
        if not path.exists():
            raise SourceError(f"{self.identity}: there is no such file")
        self._attach(connection, str(path), "")
        (own,) = connection.execute("select current_database()").fetchone()
        connection.execute(f"set search_path = '{own}.main,{ATTACHED}.main'")

    def _disconnect(self, connection: DuckDBPyConnection) -> None:
        (own,) = connection.execute("select current_database()").fetchone()
        connection.execute(f"set search_path = '{own}.main'")
        super()._disconnect(connection)

    def _asked(self, query: str) -> str:
        return f"({query})"
