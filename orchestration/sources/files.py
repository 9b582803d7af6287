"""The `files:` source: a folder with one Parquet, CSV or JSONL file for each entity.

Parquet is read by DuckDB in its own types. CSV and JSONL are read as text, by the standard
library and simplejson: DuckDB's readers lose a quoted value that never ends and take lenient JSON.
"""

import csv
import glob
import sys
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
from simplejson import RawJSON

from api_export.strict_json import dumps_sorted, loads_strict
from orchestration.errors import SourceError
from orchestration.sources.contract import ENTITIES, Entity
from orchestration.sources.source import ALL_BLOCKS, Blocks, Source
from orchestration.sources.text import Row, has_surrogate, text_rows

SUFFIXES = (".parquet", ".csv", ".jsonl")


class FilesSource(Source):
    """A folder of files. Its identity is its absolute path."""

    def __init__(self, directory: Path) -> None:
        """Find each entity's file; raise `SourceError` where the folder can't serve."""
        self.directory = directory.expanduser().absolute()
        self.identity = f"files:{self.directory}"
        if not self.directory.is_dir():
            raise SourceError(f"{self.identity}: there is no such folder")
        self.paths = {entity.name: self._find(entity) for entity in ENTITIES}

    def _find(self, entity: Entity) -> Path | None:
        names = [f"{entity.name}{suffix}" for suffix in SUFFIXES]
        found = [name for name in names if (self.directory / name).exists()]
        if len(found) > 1:
            raise SourceError(
                f"{self.identity}: {' and '.join(found)} are two files for the entity"
                f" {entity.name}; keep one"
            )
        if found:
            return self.directory / found[0]
        if entity.is_optional:
            return None
        raise SourceError(
            f"{self.identity}: the required entity {entity.name} is missing;"
            f" expected one of {', '.join(names)}"
        )

    @contextmanager
    def reading(self, connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
        """Remember which Parquet files are read: DuckDB opens them more than once."""
        parquet = [path for path in self.paths.values() if path and path.suffix == ".parquet"]
        self._read_states = {path: _state(path) for path in parquet}
        yield

    def replaced(self) -> list[str]:
        """The names of the Parquet files that are others now."""
        return [path.name for path, state in self._read_states.items() if _state(path) != state]

    def has(self, entity: Entity) -> bool:
        """Whether there is a file for the entity."""
        return self.paths[entity.name] is not None

    def origin(self, entity: Entity) -> str:
        """The name of its file."""
        path = self.paths[entity.name]
        assert path is not None
        return path.name

    def columns(self, connection: duckdb.DuckDBPyConnection, entity: Entity) -> list[str]:
        """The names of the delivered columns of an entity that is there."""
        return self._read(entity, lambda path: _COLUMNS[path.suffix](connection, path, entity))

    def deliver(
        self,
        connection: duckdb.DuckDBPyConnection,
        entity: Entity,
        columns: list[str],
        blocks: Blocks = ALL_BLOCKS,
    ) -> duckdb.DuckDBPyRelation:
        """All rows, whatever the blocks: a file is read whole."""
        return self._read(entity, lambda path: _ROWS[path.suffix](connection, path, columns))

    def _read(self, entity: Entity, read: Callable[[Path], Any]) -> Any:
        path = self.paths[entity.name]
        assert path is not None
        try:
            return read(path)
        except (duckdb.Error, OSError, UnicodeError, csv.Error) as error:
            reason = str(error).strip().splitlines()[0]
            raise SourceError(f"{self.identity}: {path.name} can't be read: {reason}") from error


def _state(path: Path) -> tuple[int, int, int] | None:
    """What tells a file from one that took its place; none where there is no file."""
    try:
        stat = path.stat()
    except FileNotFoundError:
        return None
    return (stat.st_ino, stat.st_size, stat.st_mtime_ns)


def _parquet(connection: duckdb.DuckDBPyConnection, path: Path) -> duckdb.DuckDBPyRelation:
    return connection.from_parquet(glob.escape(str(path)))


def _parquet_columns(
    connection: duckdb.DuckDBPyConnection, path: Path, entity: Entity
) -> list[str]:
    """The columns; of a decimal with more than 38 digits DuckDB would read other values."""
    columns = _parquet(connection, path).columns
    decimals = connection.execute(
        "select name, precision from parquet_schema(?) where precision > 38",
        [glob.escape(str(path))],
    ).fetchall()
    for name, digits in decimals:
        if name in entity.columns:
            raise duckdb.NotSupportedError(
                f"{name} has {digits} digits, of which 38 can be read; write it as text"
            )
    return columns


def _parquet_rows(
    connection: duckdb.DuckDBPyConnection, path: Path, columns: list[str]
) -> duckdb.DuckDBPyRelation:
    return _parquet(connection, path).select(
        *(duckdb.ColumnExpression(column) for column in columns),
        duckdb.ConstantExpression(None).cast("VARCHAR").alias("_line"),
    )


def _csv_columns(_: duckdb.DuckDBPyConnection, path: Path, __: Entity) -> list[str]:
    for record in _csv_records(path):
        if isinstance(record, str):
            raise csv.Error("the first line is no header")
        return record
    return []


def _csv_rows(
    connection: duckdb.DuckDBPyConnection, path: Path, columns: list[str]
) -> duckdb.DuckDBPyRelation:
    return text_rows(connection, _read_csv(path), columns)


def _read_csv(path: Path) -> Iterator[Row]:
    records = _csv_records(path)
    header = next(records)
    for record in records:
        if isinstance(record, str):
            yield {}, record
        elif len(record) != len(header) or any(has_surrogate(value) for value in record):
            yield {}, ",".join(record)
        else:
            yield dict(zip(header, (value or None for value in record), strict=True)), None


def _csv_records(path: Path) -> Iterator[list[str] | str]:
    """The records of a CSV file; where a line begins no record, that line itself.

    A quote that is never closed takes all that follows into its value: only the line in which it
    opens is broken, and reading goes on with the next one.
    """
    csv.field_size_limit(sys.maxsize)
    with path.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as file:
        taken: list[str] = []
        returned: deque[str] = deque()

        def lines() -> Iterator[str]:
            while True:
                line = returned.popleft() if returned else file.readline()
                if not line:
                    return
                taken.append(line)
                yield line

        reader = csv.reader(lines(), strict=True)
        while True:
            taken.clear()
            try:
                record = next(reader)
            except StopIteration:
                return
            except csv.Error:
                returned.extendleft(reversed(taken[1:]))
                reader = csv.reader(lines(), strict=True)
                yield taken[0]
            else:
                if record:
                    yield record


def _jsonl_columns(_: duckdb.DuckDBPyConnection, path: Path, entity: Entity) -> list[str]:
    """The entity's columns, unless every row lacks a required one: a row may leave nulls out."""
    names: set[str] = set()
    for values, _line in _read_jsonl(path):
        names.update(values)
        if names.issuperset(entity.required):
            break
    return list(names) if names and not names.issuperset(entity.required) else list(entity.columns)


def _jsonl_rows(
    connection: duckdb.DuckDBPyConnection, path: Path, columns: list[str]
) -> duckdb.DuckDBPyRelation:
    return text_rows(connection, _read_jsonl(path), columns)


def _read_jsonl(path: Path) -> Iterator[Row]:
    with path.open("rb") as file:
        for number, line in enumerate(file):
            content = line.removeprefix(b"\xef\xbb\xbf") if number == 0 else line
            if content.strip(b" \t\r\n"):
                yield _json_row(content)


def _json_row(line: bytes) -> Row:
    try:
        row = loads_strict(line.decode())
    except ValueError:
        return {}, line.decode(errors="backslashreplace")
    if not isinstance(row, dict):
        return {}, line.decode()
    values = {key: _json_text(value) for key, value in row.items()}
    has_lost = any(values[key] is None and value is not None for key, value in row.items())
    return values, line.decode() if has_lost else None


def _json_text(value: Any) -> str | None:
    """The value as text: a number just as it was written; null where it can't be text."""
    match value:
        case str():
            return None if has_surrogate(value) else value
        case bool():
            return "true" if value else "false"
        case RawJSON():
            return value.encoded_json
        case None:
            return None
        case _:
            try:
                return dumps_sorted(value)
            except ValueError:
                return None


_COLUMNS = {".parquet": _parquet_columns, ".csv": _csv_columns, ".jsonl": _jsonl_columns}
_ROWS = {".parquet": _parquet_rows, ".csv": _csv_rows, ".jsonl": _jsonl_rows}
