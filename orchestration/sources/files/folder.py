"""The `files:` source: a folder with a file, or a folder of files, for each entity.

What it is to read is settled here; how a format is read, in the formats' own modules.
"""

import csv
import json
import logging
import zlib
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
from duckdb import ColumnExpression, ConstantExpression, DuckDBPyConnection, DuckDBPyRelation

from orchestration.errors import SourceError
from orchestration.sources.base import ALL_BLOCKS, Blocks, Source
from orchestration.sources.contract import ENTITIES, Entity
from orchestration.sources.files.entity_files import EntityFiles, find_files
from orchestration.sources.files.parquet import Column, ParquetFile, open_parquet, read_parquet
from orchestration.sources.files.text_files import (
    AmbiguousNameError,
    CsvFile,
    JsonlFile,
    find_name,
    open_csv,
)
from orchestration.sources.files.text_rows import Row, text_rows
from orchestration.sources.mapping import Mapped

log = logging.getLogger(__name__)

UNREADABLE = (
    *(duckdb.Error, OSError, EOFError, UnicodeError),
    *(csv.Error, zlib.error, AmbiguousNameError),
)
"""What reading a file raises that is damaged, or says two things at once."""
SHOWN_NAMES = 40


@dataclass(frozen=True)
class Part:
    """One of an entity's files, looked at, and what its folders' names tell of all its rows."""

    file: ParquetFile | CsvFile | JsonlFile
    partition: dict[str, str | None]

    @property
    def names(self) -> list[str]:
        """What columns are called in it."""
        return [*self.file.header, *self.partition]

    @property
    def is_blank(self) -> bool:
        """Whether it has no row that could tell its columns."""
        return isinstance(self.file, JsonlFile) and not self.file.header

    def find(self, name: str) -> str | None:
        """Its name of a column; one of the file's own counts before one that folders tell.

        Raises `AmbiguousNameError` where several are called so.
        """
        own = find_name(name, self.file.header)
        return find_name(name, self.partition) if own is None else own

    def may_have(self, name: str) -> bool:
        """Whether some row may have a column: one of a JSONL file may leave it out."""
        return isinstance(self.file, JsonlFile) or self.find(name) is not None

    def parquet_column(self, name: str) -> Column:
        """Where a Parquet file has a column."""
        assert isinstance(self.file, ParquetFile)
        own = find_name(name, self.file.types)
        if own is not None:
            return Column(own, self.file.types[own])
        told = find_name(name, self.partition)
        return Column(None, None) if told is None else Column(None, "VARCHAR", self.partition[told])

    def text_rows(self, names: list[str]) -> Iterator[Row]:
        """The rows of a CSV or JSONL file, with these columns."""
        assert not isinstance(self.file, ParquetFile)
        found = {name: find_name(name, self.partition) for name in names}
        told = {name: self.partition[key] for name, key in found.items() if key is not None}
        for values, line in self.file.rows(names):
            yield (told | values if told and values else values), line


class FilesSource(Source):
    """A folder of files. Its identity is its absolute path."""

    def __init__(self, directory: Path, mapped: Mapping[str, Mapped] | None = None) -> None:
        """Find each entity's files; raise `SourceError` where the folder can't serve."""
        self.directory = directory.expanduser().absolute()
        self.identity = f"files:{self.directory}"
        self.mapped = mapped or {}
        if not self.directory.is_dir():
            raise SourceError(f"{self.identity}: there is no such folder")
        found = {
            entity.name: find_files(self.directory, self.identity, entity) for entity in ENTITIES
        }
        self.files: dict[str, EntityFiles] = {name: files for name, files in found.items() if files}
        self.parts: dict[str, list[Part]] = {}
        """The files of each entity whose columns were asked for."""
        self._told: set[str] = set()

    @contextmanager
    def reading(self, connection: DuckDBPyConnection) -> Iterator[None]:
        """Remember the files whose change would mix rows of two moments."""
        self._states = self._states_now()
        yield

    def replaced(self) -> list[str]:
        """The names of those files that are others now, came or went."""
        now = self._states_now()
        return [
            str(path.relative_to(self.directory))
            for path in sorted(self._states.keys() | now.keys())
            if self._states.get(path) != now.get(path)
        ]

    def _states_now(self) -> dict[Path, tuple[int, int, int] | None]:
        return {path: _state(path) for files in self.files.values() for path in files.watched()}

    def has(self, entity: Entity) -> bool:
        """Whether there are files for the entity."""
        return entity.name in self.files

    def origin(self, entity: Entity) -> str:
        """The name of its file or folder."""
        return self.files[entity.name].description

    def columns(self, connection: DuckDBPyConnection, entity: Entity) -> list[str]:
        """The contract's columns that its files have, by whatever names."""
        parts = [self._open(connection, entity, path) for path in self.files[entity.name].paths]
        self.parts[entity.name] = parts
        self._check_condition(connection, entity)
        self._log_remarks(entity)
        if all(part.is_blank for part in parts):
            return list(entity.columns)
        return [
            column
            for column in entity.columns
            if self._may_have(entity, self._named(entity, column))
        ]

    def _open(self, connection: DuckDBPyConnection, entity: Entity, path: Path) -> Part:
        """Look at a file."""
        files = self.files[entity.name]
        partition = files.partition(path)
        required = [self._named(entity, column) for column in entity.required]
        own = [name for name in required if find_name(name, partition) is None]
        with self._naming(path):
            match files.format:
                case "Parquet":
                    part = Part(open_parquet(connection, path), partition)
                case "CSV":
                    part = Part(open_csv(path, own), partition)
                case _:
                    part = Part(JsonlFile(path, own), partition)
            found = {column: part.find(self._named(entity, column)) for column in entity.columns}
            if isinstance(part.file, ParquetFile):
                part.file.check_digits(found.values())
        self._check_names(entity, path, part, [name for name in found if found[name] is None])
        return part

    def _check_names(self, entity: Entity, path: Path, part: Part, absent: list[str]) -> None:
        """Refuse a file without a required column, or without one that the mapping names."""
        mapped = self.mapping_of(entity).columns
        missing = [
            f"{column} ({mapped[column]} by the mapping)" if column in mapped else column
            for column in absent
            if column in entity.required
            or (column in mapped and not isinstance(part.file, JsonlFile))
        ]
        if missing and not part.is_blank:
            raise SourceError(
                f"{self.identity}: the entity {entity.name} lacks the required"
                f" column{'s' if len(missing) > 1 else ''} {', '.join(missing)};"
                f" {self._name(path)} has {_listed(part.names)}"
            )

    def _log_remarks(self, entity: Entity) -> None:
        """Say once what was found that a reader of the files might not expect."""
        files, parts = self.files[entity.name], self.parts[entity.name]
        remarks: Counter[str] = Counter()
        for part in parts:
            remarks.update(part.file.remarks)
            for column in entity.columns:
                wanted = self._named(entity, column)
                name = part.find(wanted)
                if name is not None and name != wanted:
                    remarks[f"{name!r} read as {wanted}"] += 1
        if remarks and entity.name not in self._told:
            self._told.add(entity.name)
            told = (
                remark if len(parts) == 1 else f"{remark} in {count} of {len(parts)} files"
                for remark, count in remarks.items()
            )
            log.info("%s: %s", files.name, ", ".join(told))

    def extra_columns(self, entity: Entity) -> list[str]:
        """The names in its files that nothing reads; of JSONL, as far as it was read."""
        wanted = [self._named(entity, column) for column in entity.columns]
        names: dict[str, None] = {}
        for part in self.parts.get(entity.name, ()):
            if isinstance(part.file, JsonlFile):
                names |= part.file.unread
            else:
                read = {find_name(name, part.file.header) for name in wanted}
                names |= dict.fromkeys(name for name in part.file.header if name not in read)
        return [name for name in names if name]

    def deliver(
        self,
        connection: DuckDBPyConnection,
        entity: Entity,
        columns: list[str],
        blocks: Blocks = ALL_BLOCKS,
    ) -> DuckDBPyRelation:
        """All rows, whatever the blocks: files are read whole."""
        files = self.files[entity.name]
        names = self._names_to_read(connection, entity, columns)
        with self._naming(files.paths[0] if files.folder is None else files.folder):
            rows = self._rows(connection, entity, names)
        if self.mapping_of(entity).where is not None:
            rows = self._counting(connection, entity, rows)
        return rows.select(
            *(ColumnExpression(self._named(entity, column)).alias(column) for column in columns),
            ColumnExpression("_line"),
        )

    def _rows(
        self, connection: DuckDBPyConnection, entity: Entity, names: list[str]
    ) -> DuckDBPyRelation:
        """All rows, with the columns of these names and `_line`."""
        parts = self.parts[entity.name]
        if self.files[entity.name].format == "Parquet":
            files = [
                (part.file.path, tuple(part.parquet_column(name) for name in names))
                for part in parts
            ]
            return read_parquet(connection, names, files)
        rows = (row for part in parts for row in part.text_rows(names))
        return text_rows(connection, rows, names)

    def _names_to_read(
        self, connection: DuckDBPyConnection, entity: Entity, columns: Collection[str]
    ) -> list[str]:
        """The files' names of these columns, and of those that the mapping's condition reads."""
        where = self.mapping_of(entity).where
        told = [] if where is None else _names_in(connection, where)
        names: dict[str, str] = {}
        for name in [
            *(self._named(entity, column) for column in columns),
            *(name for name in told if self._may_have(entity, name)),
        ]:
            names.setdefault(name.casefold(), name)
        if "_line" in names:
            raise SourceError(f"{self.identity}: a column can't be called _line; rename it")
        return list(names.values())

    def _check_condition(self, connection: DuckDBPyConnection, entity: Entity) -> None:
        """Refuse a condition that DuckDB can't follow before any row is read."""
        if self.mapping_of(entity).where is None:
            return
        with self._naming_condition(entity):
            names = self._names_to_read(connection, entity, ())
            if self.files[entity.name].format == "Parquet":
                rows = self._rows(connection, entity, names)
            else:
                null = ConstantExpression(None).cast("VARCHAR")
                nulls = [null.alias(name) for name in (*names, "_line")]
                rows = connection.sql("select 1").select(*nulls)
            self._meeting(entity, rows)

    def _counting(
        self, connection: DuckDBPyConnection, entity: Entity, rows: DuckDBPyRelation
    ) -> DuckDBPyRelation:
        """The rows that meet the mapping's condition; how many do is told.

        Where none does for a name that no row has, that is told: JSONL has no header to say so.
        """
        where = self.mapping_of(entity).where or ""
        with self._naming_condition(entity):
            meeting = self._meeting(entity, rows)
            (met,), (all_rows,) = (each.count("*").fetchone() for each in (meeting, rows))
        log.info("%s: `where` keeps %s of %s rows", entity.name, f"{met:,}", f"{all_rows:,}")
        if all_rows and not met and self.files[entity.name].format == "JSONL":
            for name in _names_in(connection, where):
                if not rows.count(_quoted(name)).fetchone()[0]:
                    raise SourceError(
                        f"{self.identity}: the condition `where: {where}` of {entity.name} fails:"
                        f" no row has {name}, and none is left"
                    )
        return meeting

    def _meeting(self, entity: Entity, rows: DuckDBPyRelation) -> DuckDBPyRelation:
        """The rows that meet the condition, and lines that can't be read, to be quarantined."""
        nulls = [f"{_quoted(name)} is null" for name in rows.columns if name != "_line"]
        is_broken = " and ".join(["_line is not null", *nulls])
        return rows.filter(f"({is_broken}) or ({self.mapping_of(entity).where}\n)")

    def _may_have(self, entity: Entity, name: str) -> bool:
        return any(part.may_have(name) for part in self.parts[entity.name])

    def _named(self, entity: Entity, column: str) -> str:
        """What the files call a column of the contract."""
        return self.mapping_of(entity).columns.get(column, column)

    def _name(self, path: Path) -> str:
        return str(path.relative_to(self.directory))

    @contextmanager
    def _naming(self, path: Path) -> Iterator[None]:
        """Tell what goes wrong with the file's name."""
        try:
            yield
        except UNREADABLE as error:
            raise SourceError(
                f"{self.identity}: {self._name(path)} can't be read: {self.describe_error(error)}"
            ) from error

    @contextmanager
    def _naming_condition(self, entity: Entity) -> Iterator[None]:
        """Tell what goes wrong with the condition."""
        try:
            yield
        except (duckdb.Error, AmbiguousNameError) as error:
            raise SourceError(
                f"{self.identity}: the condition `where: {self.mapping_of(entity).where}` of"
                f" {entity.name} fails: {self.describe_error(error)}"
            ) from None


def _state(path: Path) -> tuple[int, int, int] | None:
    """What tells a file from one that took its place; none where there is no file."""
    try:
        stat = path.stat()
    except FileNotFoundError:
        return None
    return (stat.st_ino, stat.st_size, stat.st_mtime_ns)


def _listed(names: list[str]) -> str:
    """The names of columns, for people, whatever their length and number."""
    shown = [name[:60] if name.isprintable() else ascii(name[:60]) for name in names[:SHOWN_NAMES]]
    more = len(names) - SHOWN_NAMES
    return (", ".join(shown) or "no columns") + (f" and {more} more" if more > 0 else "")


def _names_in(connection: DuckDBPyConnection, condition: str) -> list[str]:
    """The names in a condition that may be columns'."""
    statement = f"select 1 where ({condition}\n)"
    (text,) = connection.execute("select json_serialize_sql(?)", [statement]).fetchone()
    names: list[str] = []

    def collect(node: Any) -> None:
        if isinstance(node, dict):
            names.extend(node.get("column_names", ()))
        children = node.values() if isinstance(node, dict) else node
        for child in children if isinstance(node, dict | list) else ():
            collect(child)

    collect(json.loads(text))
    return names


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
