"""SQLite as a source."""

import sqlite3
from contextlib import closing
from pathlib import Path

from duckdb import DuckDBPyConnection, DuckDBPyRelation

from orchestration.sources.contract import Entity
from orchestration.sources.databases.attached import ATTACHED, AttachedSource, literal
from orchestration.sources.databases.base import file_of
from orchestration.sources.mapping import Mapped


class SqliteSource(AttachedSource):
    """A SQLite file: a copy of it is read, so that its application is not kept from writing."""

    errors = (*AttachedSource.errors, sqlite3.Error)
    extension = "sqlite_scanner"
    extra = "sqlite"
    json_text = (
        "case when json_valid(entries.metadata) then json_extract(entries.metadata, '$.{key}') end"
    )

    def __init__(self, url: str, mapped: dict[str, Mapped], scratch: Path) -> None:
        """Name the file and the folder for its copy."""
        super().__init__(url, mapped)
        self.copy = scratch / "source.sqlite"

    def _identify(self) -> str:
        return f"sqlite:///{file_of(self.parts.path)}"

    def _connect(self, connection: DuckDBPyConnection) -> None:
        self._load(connection)
        self.copy.parent.mkdir(parents=True, exist_ok=True)
        address = f"{file_of(self.parts.path).as_uri()}?mode=ro"
        with (
            closing(sqlite3.connect(address, uri=True)) as original,
            closing(sqlite3.connect(self.copy)) as copy,
        ):
            original.backup(copy)
        self._attach(connection, str(self.copy), "type sqlite, ")

    def _disconnect(self, connection: DuckDBPyConnection) -> None:
        super()._disconnect(connection)
        self.copy.unlink()

    def _asked(self, query: str) -> str:
        return f"sqlite_query('{ATTACHED}', {literal(query)})"

    def _check_types(self, entity: Entity) -> None:
        """SQLite's columns hold values of any type: each value is judged."""

    def _rows(
        self, connection: DuckDBPyConnection, query: str, columns: list[str]
    ) -> DuckDBPyRelation:
        """Text of every value; bytes that are no text travel as hexadecimal digits."""
        names = [self._quoted(column) for column in columns]
        digits = ", ".join(
            f"case when {name} is not null then hex(cast({name} as blob)) end as {name}"
            for name in names
        )
        texts = ", ".join(f"try(decode(unhex({name}))) as {name}" for name in names)
        is_lost = " or ".join(
            f"({name} is not null and try(decode(unhex({name}))) is null)" for name in names
        )
        asked = self._asked(f"select {digits} from ({query})")
        return connection.sql(
            f"select {texts}, case when {is_lost} then concat_ws(',', {', '.join(names)}) end"
            f" as _line from {asked}"
        )
