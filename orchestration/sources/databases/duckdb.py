"""DuckDB as a source."""

import re
from time import monotonic, sleep

import duckdb
from duckdb import DuckDBPyConnection, DuckDBPyRelation

from orchestration.errors import SourceError
from orchestration.sources.blocks import ALL_BLOCKS, Blocks
from orchestration.sources.contract import Entity
from orchestration.sources.databases.attached import ATTACHED, literal
from orchestration.sources.databases.base import DatabaseSource
from orchestration.sources.databases.columns import INTEGERS, Column
from orchestration.sources.opening import Opening

NOISE = re.compile(r"^.*?get_next failed\(\): (IOError: )*")
RETRY_SECONDS = 0.1
BATCH_ROWS = 100_000
MEMORY = "512MB"
"""What the source's own engine may take beside ours: it streams, and spills the rest."""
CARRIED = {
    *(INTEGERS - {"HUGEINT", "UHUGEINT", "BIGNUM"}),
    *("DECIMAL", "FLOAT", "DOUBLE", "BOOLEAN", "VARCHAR", "BLOB", "JSON"),
    *("DATE", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE"),
    *("TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS"),
}
"""The types whose every value Arrow carries as it is; others are read as text."""


class DuckdbSource(DatabaseSource):
    """A DuckDB file, opened read-only as the only database of an engine of its own.

    So every name in its views and in the SELECTs of a mapping means there what it means to other
    programs: schemas, macros, and the catalog, which is named for the file. Our engine has it
    attached too, and scans its tables itself: rows that come by way of the other one are copied.
    """

    option_names = ("schema",)
    json_text = (
        "case when json_valid(cast(entries.metadata as varchar))"
        " then cast(entries.metadata as json) ->> '$.{key}' end"
    )

    def __init__(self, opening: Opening) -> None:
        """Name the file, and where its engine may spill."""
        super().__init__(opening)
        self.file = self.parts.file
        self.temp_directory = opening.scratch / "source.tmp"
        schema = f"?schema={self.parts.schema}" if self.parts.schema else ""
        self.identity = f"duckdb:///{self.file}{schema}"

    def _connect(self, connection: DuckDBPyConnection) -> None:
        if not self.file.exists():
            raise SourceError(f"{self.identity}: there is no such file")
        (threads,) = connection.execute("select current_setting('threads')").fetchone()
        config = {
            "memory_limit": MEMORY,
            "threads": threads,
            "temp_directory": str(self.temp_directory),
        }
        with self._waiting_for("the file"):
            self.reader = self._open(config)
        self.reader.execute("set timezone = 'UTC'")
        if self.parts.schema:
            self.reader.execute(f"use {self._quoted(self.parts.schema)}")
        connection.execute(f"attach {literal(str(self.file))} as {ATTACHED} (read_only)")

    def _open(self, config: dict[str, str | int]) -> DuckDBPyConnection:
        """Open the file; while another program writes it, try again."""
        deadline = monotonic() + self.timeout_seconds
        while True:
            try:
                return duckdb.connect(str(self.file), read_only=True, config=config)
            except duckdb.IOException as error:
                if "lock" not in str(error) or monotonic() > deadline:
                    raise
                sleep(RETRY_SECONDS)

    def _disconnect(self, connection: DuckDBPyConnection) -> None:
        self.reader.close()
        connection.execute(f"detach {ATTACHED}")

    def _columns(self, connection: DuckDBPyConnection, query: str) -> dict[str, Column]:
        relation = self.reader.sql(query)
        return {
            name: Column(str(kind), _reading(str(kind)))
            for name, kind in zip(relation.columns, relation.types, strict=True)
        }

    def _has_table(self, connection: DuckDBPyConnection, entity: Entity, error: Exception) -> bool:
        return self._find(entity) is not None

    def _find(self, entity: Entity) -> tuple[str, str, str] | None:
        """Schema, name and kind of an entity's table or view; None where there is no such table."""
        *schema, table = self._table(entity).split(".")
        return self.reader.execute(
            "select table_schema, table_name, table_type from information_schema.tables"
            " where table_catalog = current_database()"
            " and lower(table_schema) = lower(?) and lower(table_name) = lower(?)",
            [schema[-1] if schema else self.parts.schema or "main", table],
        ).fetchone()

    def deliver(
        self,
        connection: DuckDBPyConnection,
        entity: Entity,
        columns: list[str],
        blocks: Blocks = ALL_BLOCKS,
    ) -> DuckDBPyRelation:
        """The rows: those of a table from where they lie, others by way of the file's engine."""
        found = self._find(entity) if self._is_whole_table(entity) else None
        if found is None or found[2] != "BASE TABLE":
            return super().deliver(connection, entity, columns, blocks)
        table = ".".join(self._quoted(part) for part in (ATTACHED, *found[:2]))
        listed = self._listed(entity, columns)
        return connection.sql(f"select {listed}, cast(null as varchar) as _line from {table}")

    def _rows(
        self, connection: DuckDBPyConnection, query: str, columns: list[str]
    ) -> DuckDBPyRelation:
        connection.register("arriving", self.reader.execute(query).to_arrow_reader(BATCH_ROWS))
        connection.execute(
            "create or replace temp table delivered_rows as"
            " select *, cast(null as varchar) as _line from arriving"
        )
        connection.unregister("arriving")
        return connection.table("delivered_rows")

    def describe_error(self, error: Exception) -> str:
        """The engine's words without those of Arrow, by which the rows travel."""
        return super().describe_error(Exception(NOISE.sub("", str(error))))


def _reading(type_name: str) -> str:
    """The SQL that reads a column of DuckDB's type without loss."""
    return "{}" if type_name.partition("(")[0] in CARRIED else "cast({} as varchar)"
