"""A part of an entity: one of its files, and the values that folders' names give to its rows."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from duckdb import DuckDBPyConnection

from orchestration.sources.files.column_names import find_name
from orchestration.sources.files.delimited import CsvFile, open_csv
from orchestration.sources.files.entity_files import EntityFiles
from orchestration.sources.files.json_lines import JsonlFile
from orchestration.sources.files.parquet import ColumnOrigin, ParquetFile, open_parquet
from orchestration.sources.text_rows import Row

SHOWN_NAMES = 40
"""How many of a file's columns a message names."""


@dataclass(frozen=True)
class Part:
    """A file that has been opened, and its partition."""

    file: ParquetFile | CsvFile | JsonlFile
    partition: dict[str, str | None]
    """The value that all rows have in a column, by the column's name."""

    @property
    def names(self) -> list[str]:
        """The names of its columns, those of the partition among them."""
        return [*self.file.header, *self.partition]

    def describe_names(self) -> str:
        """The names of its columns as a message can hold them, however long and many they are."""
        names = self.names
        shown = [name[:60] if name.isprintable() else ascii(name[:60]) for name in names]
        more = len(names) - SHOWN_NAMES
        listed = ", ".join(shown[:SHOWN_NAMES]) or "no columns"
        return listed + (f" and {more} more" if more > 0 else "")

    @property
    def is_blank(self) -> bool:
        """Whether it has no row from which columns could be known."""
        return isinstance(self.file, JsonlFile) and not self.file.header

    def find(self, name: str) -> str | None:
        """How it spells the name of a column; a column of the file goes before the partition's.

        Raises `AmbiguousNameError` where several columns have the name.
        """
        own = find_name(name, self.file.header)
        return find_name(name, self.partition) if own is None else own

    def may_have(self, name: str) -> bool:
        """Whether some row may have a column: the rows of a JSONL file may leave any out."""
        return isinstance(self.file, JsonlFile) or self.find(name) is not None

    def parquet_column(self, name: str) -> ColumnOrigin:
        """Where a Parquet file's values of a column come from."""
        assert isinstance(self.file, ParquetFile)
        own = find_name(name, self.file.types)
        if own is not None:
            return ColumnOrigin(own, self.file.types[own])
        key = find_name(name, self.partition)
        if key is None:
            return ColumnOrigin(None, None)
        return ColumnOrigin(None, "VARCHAR", self.partition[key])

    def text_rows(self, names: list[str]) -> Iterator[Row]:
        """The rows of a CSV or JSONL file, with these columns."""
        assert not isinstance(self.file, ParquetFile)
        keys = {name: find_name(name, self.partition) for name in names}
        shared = {name: self.partition[key] for name, key in keys.items() if key is not None}
        for values, line in self.file.rows(names):
            yield (shared | values if shared and values else values), line


def open_part(
    connection: DuckDBPyConnection, files: EntityFiles, path: Path, required: Collection[str]
) -> Part:
    """Open one of an entity's files, which should have columns of the required names."""
    partition = files.partition(path)
    own = [name for name in required if find_name(name, partition) is None]
    match files.format:
        case "Parquet":
            return Part(open_parquet(connection, path), partition)
        case "CSV":
            return Part(open_csv(path, own), partition)
        case _:
            return Part(JsonlFile(path, own), partition)
