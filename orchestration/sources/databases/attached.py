"""Databases that DuckDB attaches by an extension."""

import importlib.util
import re
from abc import abstractmethod
from pathlib import Path

import duckdb
from duckdb import DuckDBPyConnection, DuckDBPyRelation

from orchestration.errors import SourceError
from orchestration.sources.databases.base import DatabaseSource
from orchestration.sources.databases.columns import Column

ATTACHED = "loyalty_source"
NOISE = re.compile(
    r'^.*?\b[^\W\d_]+:  (?=\S)|^\w+ Error: |Unable to connect to Postgres at ".*?": '
    r'|Failed to \w+ \w+ ".*?": ',
    re.DOTALL,
)
"""What stands before a database's own words: DuckDB's, and PostgreSQL's word for how bad it is."""


class AttachedSource(DatabaseSource):
    """A database that DuckDB attaches."""

    extension: str | None = None
    """The DuckDB extension that reads it, and the extra of this project that installs it."""
    extra: str

    def _load(self, connection: DuckDBPyConnection) -> None:
        """Load the extension: the one that pip installed, else DuckDB's own download."""
        package = importlib.util.find_spec(f"duckdb_extension_{self.extension}")
        if package is not None and package.origin is not None:
            path = (
                Path(package.origin).parent
                / f"extensions/v{duckdb.__version__}/{self.extension}.duckdb_extension"
            )
            if path.exists():
                connection.execute(f"load {literal(str(path))}")
                return
        try:
            connection.execute(f"install {self.extension}; load {self.extension}")
        except duckdb.Error:
            raise SourceError(
                f"{self.identity}: DuckDB's extension {self.extension} {duckdb.__version__} isn't"
                f" installed; use pip install 'loyalty-analytics[{self.extra}]'"
            ) from None

    def _attach(self, connection: DuckDBPyConnection, address: str, options: str) -> None:
        connection.execute(f"attach {literal(address)} as {ATTACHED} ({options}read_only)")

    def _disconnect(self, connection: DuckDBPyConnection) -> None:
        connection.execute(f"detach {ATTACHED}")

    @abstractmethod
    def _answer_to(self, query: str) -> str:
        """What a query has after `from` to have the database answer another in its own SQL."""

    def _rows(
        self, connection: DuckDBPyConnection, query: str, columns: list[str]
    ) -> DuckDBPyRelation:
        return connection.sql(
            f"select *, cast(null as varchar) as _line from {self._answer_to(query)}"
        )

    def _columns(self, connection: DuckDBPyConnection, query: str) -> dict[str, Column]:
        relation = connection.sql(f"from {self._answer_to(query)}")
        relation.fetchall()  # only now are permissions looked at
        types = map(str, relation.types)
        return dict(zip(relation.columns, map(Column, types), strict=True))

    def describe_error(self, error: Exception) -> str:
        """The database's words without DuckDB's around them."""
        return super().describe_error(Exception(NOISE.sub("", str(error))))


def literal(value: str) -> str:
    """A text as an SQL literal."""
    return "'" + value.replace("'", "''") + "'"
