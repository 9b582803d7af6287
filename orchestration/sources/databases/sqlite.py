"""SQLite as a source."""

import sqlite3
from contextlib import closing
from time import monotonic

from duckdb import DuckDBPyConnection, DuckDBPyRelation

from api_export.payloads.limits import MAX_EXACT_DOUBLE
from orchestration.sources.contract import Entity
from orchestration.sources.databases.attached import ATTACHED, AttachedSource, literal
from orchestration.sources.opening import Opening

RETRY_SECONDS = 0.1


class SqliteSource(AttachedSource):
    """A SQLite file: a copy of it is read, so that its application is not kept from writing."""

    errors = (*AttachedSource.errors, sqlite3.Error)
    extension = "sqlite_scanner"
    extra = "sqlite"
    json_text = (
        "case when json_valid(entries.metadata) then json_extract(entries.metadata, '$.{key}') end"
    )

    def __init__(self, opening: Opening) -> None:
        """Name the file and its copy."""
        super().__init__(opening)
        self.file = self.parts.file
        self.identity = f"sqlite:///{self.file}"
        self.copy = opening.scratch / "source.sqlite"

    def _connect(self, connection: DuckDBPyConnection) -> None:
        self._load(connection)
        self.copy.parent.mkdir(parents=True, exist_ok=True)
        with self._waiting_for("the file"):
            self._copy_file()
        self._attach(connection, str(self.copy), "type sqlite, ")

    def _copy_file(self) -> None:
        """Copy the file as it is at one moment; SQLite tries again while it is locked."""
        deadline = monotonic() + self.timeout_seconds

        def go_on(status: int, *_: int) -> None:
            if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED) and monotonic() > deadline:
                raise sqlite3.OperationalError("database is locked")

        with (
            closing(
                sqlite3.connect(f"{self.file.as_uri()}?mode=ro", uri=True, timeout=0)
            ) as original,
            closing(sqlite3.connect(self.copy)) as copy,
        ):
            original.backup(copy, progress=go_on, sleep=RETRY_SECONDS)

    def _disconnect(self, connection: DuckDBPyConnection) -> None:
        super()._disconnect(connection)
        self.copy.unlink()

    def _answer_to(self, query: str) -> str:
        return f"sqlite_query('{ATTACHED}', {literal(query)})"

    def _has_table(self, connection: DuckDBPyConnection, entity: Entity, error: Exception) -> bool:
        return not str(error).rstrip().endswith(f"no such table: {self._table(entity)}")

    def _check_types(self, entity: Entity) -> None:
        """SQLite's columns hold values of any type: each value is validated."""

    def _rows(
        self, connection: DuckDBPyConnection, query: str, columns: list[str]
    ) -> DuckDBPyRelation:
        """Text of every value; bytes that aren't text travel as hexadecimal digits."""
        names = [self._quoted(column) for column in columns]
        digits = ", ".join(
            f"case when {name} is not null then hex(cast({_text(name)} as blob)) end as {name}"
            for name in names
        )
        texts = ", ".join(f"try(decode(unhex({name}))) as {name}" for name in names)
        is_lost = " or ".join(
            f"({name} is not null and try(decode(unhex({name}))) is null)" for name in names
        )
        rows = self._answer_to(f"select {digits} from ({query})")
        return connection.sql(
            f"select {texts}, case when {is_lost} then concat_ws(',', {', '.join(names)}) end"
            f" as _line from {rows}"
        )


def _text(name: str) -> str:
    """A cell whose text has all its digits: SQLite writes 15 of a float's."""
    return (
        f"case when typeof({name}) = 'real' and {name} = round({name})"
        f" and abs({name}) <= {MAX_EXACT_DOUBLE} then cast({name} as integer) else {name} end"
    )
