"""The `files:` source: a folder with a file, or a folder of files, for each entity.

Which columns and rows are read is decided here; how a format is read, in the format's own module.
"""

import csv
import logging
import zlib
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import duckdb
from duckdb import ColumnExpression, DuckDBPyConnection, DuckDBPyRelation

from orchestration.errors import SourceError
from orchestration.sources.base import Source
from orchestration.sources.blocks import ALL_BLOCKS, Blocks
from orchestration.sources.contract import ENTITIES, Entity
from orchestration.sources.files.column_names import AmbiguousNameError, find_name
from orchestration.sources.files.condition import Condition, null_text_row
from orchestration.sources.files.entity_files import EntityFiles, FileState, find_files
from orchestration.sources.files.json_lines import JsonlFile
from orchestration.sources.files.parquet import ParquetFile, read_parquet
from orchestration.sources.files.part import Part, open_part
from orchestration.sources.mapping import Mapped
from orchestration.sources.opening import Opening
from orchestration.sources.text_rows import text_rows

log = logging.getLogger(__name__)

UNREADABLE = (
    *(duckdb.Error, OSError, EOFError, UnicodeError),
    *(csv.Error, zlib.error, AmbiguousNameError),
)
"""What reading a file raises that is damaged, or in which a name stands for several columns."""


def open_folder(opening: Opening) -> "FilesSource":
    """The source of a URL `files:DIR`."""
    mapped = opening.read_mapping(is_for_files=True)
    return FilesSource(Path(opening.url.partition(":")[2]), mapped)


class FilesSource(Source):
    """A folder of files."""

    def __init__(
        self,
        directory: Path,
        mapped: Mapping[str, Mapped] | None = None,
        identity: str | None = None,
    ) -> None:
        """Find each entity's files; raise `SourceError` where the folder can't be used.

        The identity is that of the folder's absolute path, unless another is given.
        """
        self.directory = directory.expanduser().absolute()
        self.identity = identity or f"files:{self.directory}"
        self.mapped = mapped or {}
        if not self.directory.is_dir():
            raise SourceError(f"{self.identity}: there is no such folder")
        found = {
            entity.name: find_files(self.directory, self.identity, entity) for entity in ENTITIES
        }
        self.files: dict[str, EntityFiles] = {name: files for name, files in found.items() if files}
        self.parts: dict[str, list[Part]] = {}
        """The opened files of each entity whose columns were requested."""
        self._remarked: set[str] = set()
        """The entities whose remarks are in the log."""

    @contextmanager
    def reading(self, connection: DuckDBPyConnection) -> Iterator[None]:
        """Remember the files whose change would mix rows of two moments."""
        self._states = self._states_now()
        yield

    def replaced(self) -> list[str]:
        """The names of those files that came, went or changed since."""
        now = self._states_now()
        return [
            str(path.relative_to(self.directory))
            for path in sorted(self._states.keys() | now.keys())
            if self._states.get(path) != now.get(path)
        ]

    def _states_now(self) -> dict[Path, FileState | None]:
        return {
            path: state for files in self.files.values() for path, state in files.states().items()
        }

    def has(self, entity: Entity) -> bool:
        """Whether there are files for the entity."""
        return entity.name in self.files

    def origin(self, entity: Entity) -> str:
        """The name of the entity's file or folder."""
        return self.files[entity.name].description

    def columns(self, connection: DuckDBPyConnection, entity: Entity) -> list[str]:
        """The contract's columns that the entity's files have, however they spell them.

        Raises `SourceError` where a file can't be read or lacks a required column.
        """
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
        """Open a file, and check that it has the columns that it must have."""
        required = [self._named(entity, column) for column in entity.required]
        with self._naming(path):
            part = open_part(connection, self.files[entity.name], path, required)
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
                f" {self._name(path)} has {part.describe_names()}"
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
        if remarks and entity.name not in self._remarked:
            self._remarked.add(entity.name)
            counted = (
                remark if len(parts) == 1 else f"{remark} in {count} of {len(parts)} files"
                for remark, count in remarks.items()
            )
            log.info("%s: %s", files.name, ", ".join(counted))

    def extra_columns(self, entity: Entity) -> list[str]:
        """The columns of its files that aren't read; of JSONL, those of the rows read so far."""
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
        """All rows that meet the mapping's condition, whatever the blocks: files are read whole."""
        files = self.files[entity.name]
        names = self._names_to_read(connection, entity, columns)
        with self._naming(files.paths[0] if files.folder is None else files.folder):
            rows = self._rows(connection, entity, names)
        condition = self._condition(entity)
        if condition is not None:
            rows = self._meeting(connection, condition, rows, is_jsonl=files.format == "JSONL")
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
        condition = self._condition(entity)
        others = [] if condition is None else condition.names(connection)
        names: dict[str, str] = {}
        for name in [
            *(self._named(entity, column) for column in columns),
            *(name for name in others if self._may_have(entity, name)),
        ]:
            names.setdefault(name.casefold(), name)
        if "_line" in names:
            raise SourceError(f"{self.identity}: a column can't be called _line; rename it")
        return list(names.values())

    def _condition(self, entity: Entity) -> Condition | None:
        """The mapping's condition on the entity's rows; None where it has none."""
        where = self.mapping_of(entity).where
        return None if where is None else Condition(where, entity.name)

    def _check_condition(self, connection: DuckDBPyConnection, entity: Entity) -> None:
        """Refuse a condition that DuckDB can't follow before any row is read."""
        condition = self._condition(entity)
        if condition is None:
            return
        with self._naming_condition(condition):
            names = self._names_to_read(connection, entity, ())
            if self.files[entity.name].format == "Parquet":
                condition.keep(self._rows(connection, entity, names))
            else:
                condition.keep(null_text_row(connection, names))

    def _meeting(
        self,
        connection: DuckDBPyConnection,
        condition: Condition,
        rows: DuckDBPyRelation,
        *,
        is_jsonl: bool,
    ) -> DuckDBPyRelation:
        """The rows that meet the condition; the log says how many.

        JSONL has no header by which a misspelt name could be noticed earlier: there, a name that
        no row has is refused once no row is left.
        """
        with self._naming_condition(condition):
            kept = condition.keep(rows)
            (kept_count,), (count,) = (each.count("*").fetchone() for each in (kept, rows))
        log.info(
            "%s: `where` keeps %s of %s rows", condition.entity, f"{kept_count:,}", f"{count:,}"
        )
        if is_jsonl and count and not kept_count:
            name = condition.absent_name(connection, rows)
            if name is not None:
                problem = condition.describe_failure(f"no row has {name}, and none is left")
                raise SourceError(f"{self.identity}: {problem}")
        return kept

    def _may_have(self, entity: Entity, name: str) -> bool:
        return any(part.may_have(name) for part in self.parts[entity.name])

    def _named(self, entity: Entity, column: str) -> str:
        """What the files call a column of the contract."""
        return self.mapping_of(entity).columns.get(column, column)

    def _name(self, path: Path) -> str:
        return str(path.relative_to(self.directory))

    @contextmanager
    def _naming(self, path: Path) -> Iterator[None]:
        """Name the file in the error for what goes wrong with it."""
        try:
            yield
        except UNREADABLE as error:
            raise SourceError(
                f"{self.identity}: {self._name(path)} can't be read: {self.describe_error(error)}"
            ) from error

    @contextmanager
    def _naming_condition(self, condition: Condition) -> Iterator[None]:
        """Name the condition in the error for what goes wrong with it."""
        try:
            yield
        except (duckdb.Error, AmbiguousNameError) as error:
            problem = condition.describe_failure(self.describe_error(error))
            raise SourceError(f"{self.identity}: {problem}") from None
