"""What all databases have in common: an entity is a SELECT, and all are read in one snapshot."""

from abc import abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

from duckdb import DuckDBPyConnection, DuckDBPyRelation

from orchestration.errors import SourceError, UsageError
from orchestration.secrets import without_password
from orchestration.sources.contract import ENTITIES, Entity, kind_of
from orchestration.sources.databases.django import CONVERSIONS, TABLES
from orchestration.sources.mapping import Mapped
from orchestration.sources.source import ALL_BLOCKS, Blocks, Source

TYPES = {
    "integer": ("INT", "DECIMAL", "DOUBLE", "FLOAT"),
    "decimal": ("INT", "DECIMAL", "DOUBLE", "FLOAT"),
    "instant": ("TIMESTAMP", "DATE"),
}
"""What the type of a table's column has in its name, by what the contract reads from it."""
MISSING = ("does not exist", "doesn't exist", "no such table")


class DatabaseSource(Source):
    """A database. Its identity is its URL without user, password and options."""

    errors = (*Source.errors, OSError)
    quote_mark = '"'
    json_text: str
    """The SQL of the text in the JSON column `metadata` under {key}; null where there is none."""

    def __init__(self, url: str, mapped: dict[str, Mapped]) -> None:
        """Take the URL apart; nothing is connected before it is read."""
        self.url = url
        try:
            self.parts = urlsplit(url)
            self.identity = self._identify()
        except ValueError as error:
            raise SourceError(
                f"the source's URL can't be read: {without_password(str(error), url)}"
            ) from None
        self.mapped = mapped
        self.types: dict[str, dict[str, str]] = {}
        """The columns with their types, of each entity that is there."""
        self.extras: dict[str, list[str]] = {}
        self.problems: dict[str, SourceError] = {}
        """Why an entity can't be delivered."""

    def _identify(self) -> str:
        address = self.parts.hostname or ""
        if self.parts.port is not None:
            address += f":{self.parts.port}"
        return f"{self.parts.scheme}://{address}{self.parts.path}"

    @contextmanager
    def reading(self, connection: DuckDBPyConnection) -> Iterator[None]:
        """Connect, look at every table, and hold one snapshot.

        Raises `SourceError` where the database can't be reached.
        """
        with self._connected(connection):
            for entity in ENTITIES:
                try:
                    self._describe(connection, entity)
                except SourceError as problem:
                    self.problems[entity.name] = problem
            yield

    @contextmanager
    def _connected(self, connection: DuckDBPyConnection) -> Iterator[None]:
        try:
            self._connect(connection)
        except (*self.errors, ValueError) as error:  # the latter for options that can't be read
            raise self._unusable(error) from None
        try:
            yield
        finally:
            self._disconnect(connection)

    @abstractmethod
    def _connect(self, connection: DuckDBPyConnection) -> None:
        """Connect, to read only."""

    @abstractmethod
    def _disconnect(self, connection: DuckDBPyConnection) -> None:
        """Let go of the database."""

    @abstractmethod
    def _types(self, connection: DuckDBPyConnection, query: str) -> dict[str, str]:
        """The columns of a query with their types."""

    @abstractmethod
    def _rows(
        self, connection: DuckDBPyConnection, query: str, columns: list[str]
    ) -> DuckDBPyRelation:
        """The rows of a query, with `_line`."""

    def _describe(self, connection: DuckDBPyConnection, entity: Entity) -> None:
        try:
            found = self._types(connection, f"select * from {self._from(entity)} limit 0")
        except self.errors as error:
            is_missing = any(text in str(error) for text in MISSING)
            if not is_missing:
                raise self._unusable(error, entity) from None
            if entity.is_optional and entity.name not in self.mapped:
                return
            raise SourceError(
                f"{self.identity}: the entity {entity.name} is missing: {self.origin(entity)} does"
                " not exist; a mapping (LOYALTY_MAPPING) names yours"
            ) from None
        for column, named in self._mapping(entity).columns.items():
            if named not in found:
                raise SourceError(
                    f"{self.identity}: {self.origin(entity)} has no column {named}, which the"
                    f" mapping names as {column} of {entity.name}"
                )
        names = {column: self._named(entity, column) for column in entity.columns}
        self.types[entity.name] = {
            column: found[name] for column, name in names.items() if name in found
        }
        self.extras[entity.name] = [name for name in found if name not in names.values()]
        if self._select(entity) is None:
            self._check_types(entity)

    def _check_types(self, entity: Entity) -> None:
        """Refuse required columns of a table from which no value of theirs can be read."""
        for column in entity.required:
            wanted = TYPES.get(kind_of(column))
            found = self.types[entity.name].get(column)
            if wanted and found and not any(name in found for name in wanted):
                raise SourceError(
                    f"{self.identity}: {column} of {entity.name} has the wrong type {found} in"
                    f" {self.origin(entity)}; a mapping may give the entity as a SELECT that casts"
                )

    def has(self, entity: Entity) -> bool:
        """Whether the database has the entity's table."""
        return entity.name in self.types or entity.name in self.problems

    def columns(self, connection: DuckDBPyConnection, entity: Entity) -> list[str]:
        """The contract's columns that the table or SELECT has."""
        if entity.name in self.problems:
            raise self.problems[entity.name]
        return list(self.types[entity.name])

    def extra_columns(self, entity: Entity) -> list[str]:
        """The columns that nothing reads."""
        return self.extras.get(entity.name, [])

    def origin(self, entity: Entity) -> str:
        """Where the entity comes from, for people."""
        if self._select(entity) is None:
            return self._table(entity)
        return "SELECT of the mapping" if entity.name in self.mapped else "wallets_wallet_entry"

    def _select(self, entity: Entity) -> str | None:
        """The SELECT that gives the entity; none where a table does."""
        mapped = self._mapping(entity)
        if mapped.select is None and mapped.table is None and entity.name not in TABLES:
            points, used = (self.json_text.format(key=key) for key in ("points", "points_used"))
            return CONVERSIONS.format(points=points, points_used=used)
        return mapped.select

    def _table(self, entity: Entity) -> str:
        return self._mapping(entity).table or TABLES[entity.name]

    def _from(self, entity: Entity) -> str:
        """What a query has after `from` to read the entity."""
        select = self._select(entity)
        if select is not None:
            return f"({select}\n) as entity"
        return ".".join(self._quoted(part) for part in self._table(entity).split("."))

    def _query(self, entity: Entity, columns: list[str], blocks: Blocks) -> str:
        """The SELECT of the contract's columns of the entity's rows in these blocks."""
        query = f"select {self._listed(entity, columns)} from {self._from(entity)}"
        if blocks is ALL_BLOCKS or not self.computes_fingerprints(entity):
            return query
        return f"{query} where {blocks.id_condition(self._quoted(self._named(entity, 'id')))}"

    def _listed(self, entity: Entity, columns: list[str]) -> str:
        return ", ".join(
            f"{self._quoted(self._named(entity, column))} as {self._quoted(column)}"
            for column in columns
        )

    def _named(self, entity: Entity, column: str) -> str:
        """What the table calls a column of the contract."""
        return self._mapping(entity).columns.get(column, column)

    def _mapping(self, entity: Entity) -> Mapped:
        return self.mapped.get(entity.name, Mapped())

    def _quoted(self, name: str) -> str:
        mark = self.quote_mark
        return f"{mark}{name.replace(mark, mark * 2)}{mark}"

    def deliver(
        self,
        connection: DuckDBPyConnection,
        entity: Entity,
        columns: list[str],
        blocks: Blocks = ALL_BLOCKS,
    ) -> DuckDBPyRelation:
        """The rows of these blocks, as the snapshot has them."""
        return self._rows(connection, self._query(entity, columns, blocks), columns)

    def tell(self, error: Exception) -> str:
        """The database's own words, without the password."""
        return without_password(super().tell(error), self.url)

    def _unusable(self, error: Exception, entity: Entity | None = None) -> SourceError:
        where = f" {entity.name} can't be read from {self.origin(entity)}:" if entity else ""
        return SourceError(f"{self.identity}:{where} {self.tell(error)}")


def file_of(path: str) -> Path:
    """The file of a URL with three slashes: what follows them, from the root after a fourth."""
    name = unquote(path.removeprefix("/"))
    if not name:
        raise UsageError("the source's URL names no file; write sqlite:///PATH or duckdb:///PATH")
    return Path(name).expanduser().absolute()
