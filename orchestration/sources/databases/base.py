"""What all databases have in common: an entity is a SELECT, and all are read in one snapshot."""

import logging
from abc import abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Timer
from time import monotonic

from duckdb import DuckDBPyConnection, DuckDBPyRelation

from orchestration.errors import SourceError
from orchestration.redaction import without_password
from orchestration.source_urls import read_url
from orchestration.sources.base import Source
from orchestration.sources.blocks import ALL_BLOCKS, Blocks
from orchestration.sources.contract import ENTITIES, Entity
from orchestration.sources.databases.columns import READABLE, Column
from orchestration.sources.databases.django import CONVERSIONS, CONVERTED, CUSTOMARY, TABLES
from orchestration.sources.opening import Opening

log = logging.getLogger(__name__)

PATIENCE_SECONDS = 2
"""How long a table may take to answer before the log says what is waited for."""


class UnansweredError(SourceError):
    """A database that gave no answer in time, so that no further table is tried."""


class DatabaseSource(Source):
    """A database. Its identity is its URL without user, password and most options."""

    errors = (*Source.errors, OSError)
    quote_mark = '"'
    json_text: str
    """The SQL of the text under {key} in the JSON column `metadata`; null where it has no {key}."""
    option_names: tuple[str, ...] | None = ()
    """The options that the URL may have; None where the database's client checks them."""

    def __init__(self, opening: Opening) -> None:
        """Read the URL and the mapping; the database is connected to when it is read.

        Raises `UsageError` for a faulty mapping, `SourceError` for a URL that can't be used.
        """
        self.mapped = opening.read_mapping(is_for_files=False)
        self.url = opening.url
        self.parts = read_url(self.url, self.option_names)
        self.identity = self.parts.identity
        self.timeout_seconds = opening.timeout_seconds
        self.found: dict[str, dict[str, Column]] = {}
        """The contract's columns that each entity has, by the entity's name."""
        self.extras: dict[str, list[str]] = {}
        """The names of each entity's other columns."""
        self.problems: dict[str, SourceError] = {}
        """Why an entity can't be delivered."""

    @contextmanager
    def reading(self, connection: DuckDBPyConnection) -> Iterator[None]:
        """Connect, find out every table's columns, and hold one snapshot.

        Raises `SourceError` where the database can't be reached, or gives no answer in time.
        """
        with self._connected(connection):
            for entity in ENTITIES:
                try:
                    self._describe(connection, entity)
                except UnansweredError:
                    raise
                except SourceError as problem:
                    if not self._is_looked_for(entity):
                        self.problems[entity.name] = problem
                        continue
                    self.found.pop(entity.name, None)
                    log.warning("%s; %s counts as absent", problem, entity.name)
            yield

    def _is_looked_for(self, entity: Entity) -> bool:
        """Whether only custom says that its table would be the entity."""
        return entity.name in CUSTOMARY and entity.name not in self.mapped

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

    @contextmanager
    def _waiting_for(self, what: str) -> Iterator[None]:
        """Log what is waited for where the answer takes long, as behind another's lock.

        Raises `UnansweredError` where it took as long as the settings allow.
        """
        limit = f"{self.timeout_seconds:g} seconds (LOYALTY_SOURCE_TIMEOUT_SECONDS)"
        timer = Timer(
            PATIENCE_SECONDS,
            log.warning,
            ("%s: waiting up to %s for %s, which seems to be locked", self.identity, limit, what),
        )
        timer.daemon = True
        began = monotonic()
        timer.start()
        try:
            yield
        except self.errors as error:
            if monotonic() - began < self.timeout_seconds:
                raise
            raise UnansweredError(
                f"{self.identity}: {what} gave no answer within {limit}:"
                f" {self.describe_error(error)}"
            ) from None
        finally:
            timer.cancel()

    @abstractmethod
    def _connect(self, connection: DuckDBPyConnection) -> None:
        """Connect for reading only."""

    @abstractmethod
    def _disconnect(self, connection: DuckDBPyConnection) -> None:
        """Close the connection, or detach what was attached."""

    @abstractmethod
    def _columns(self, connection: DuckDBPyConnection, query: str) -> dict[str, Column]:
        """The columns of a query, by their names."""

    @abstractmethod
    def _has_table(self, connection: DuckDBPyConnection, entity: Entity, error: Exception) -> bool:
        """Whether the table of an entity, whose reading ended in `error`, is there."""

    @abstractmethod
    def _rows(
        self, connection: DuckDBPyConnection, query: str, columns: list[str]
    ) -> DuckDBPyRelation:
        """The rows of a query, with `_line`."""

    def _describe(self, connection: DuckDBPyConnection, entity: Entity) -> None:
        query = f"select * from {self._from(entity)} limit 0"
        try:
            with self._waiting_for(self.origin(entity)):
                found = self._columns(connection, query)
        except self.errors as error:
            is_named = self.mapping_of(entity).select is None
            if not is_named or self._has_table(connection, entity, error):
                raise self._unusable(error, entity) from None
            if entity.is_optional and entity.name not in self.mapped:
                return
            schema = f" in {self.parts.schema}" if self.parts.schema else ""
            raise SourceError(
                f"{self.identity}: the entity {entity.name} is missing: {self._table(entity)} does"
                f" not exist{schema}; a mapping (LOYALTY_MAPPING) names yours"
            ) from None
        for column, named in self.mapping_of(entity).columns.items():
            if named not in found:
                raise SourceError(
                    f"{self.identity}: {self.origin(entity)} has no column {named}, which the"
                    f" mapping names as {column} of {entity.name}"
                )
        names = {column: self._named(entity, column) for column in entity.columns}
        self.found[entity.name] = {
            column: found[name] for column, name in names.items() if name in found
        }
        if self._is_looked_for(entity):
            self._check_required(entity)
        if self._select(entity) is None:
            self._check_types(entity)
        self._check_condition(connection, entity)
        self.extras[entity.name] = [name for name in found if name not in names.values()]

    def _check_required(self, entity: Entity) -> None:
        missing = [column for column in entity.required if column not in self.found[entity.name]]
        if missing:
            problem = f"{self.origin(entity)} has no {', '.join(missing)}, unlike the contract's"
            raise SourceError(f"{self.identity}: {problem} {entity.name}")

    def _check_condition(self, connection: DuckDBPyConnection, entity: Entity) -> None:
        """Refuse a condition of the mapping that the database can't follow."""
        where = self.mapping_of(entity).where
        if where is not None:
            try:
                self._columns(connection, f"select * from {self._counted(entity)} limit 0")
            except self.errors as error:
                raise SourceError(
                    f"{self.identity}: the condition `where: {where}` of {entity.name} fails in"
                    f" {self.origin(entity)}: {self.describe_error(error)}"
                ) from None

    def _check_types(self, entity: Entity) -> None:
        """Refuse required columns of a table from which no value of theirs can be read."""
        for column in entity.required:
            readable = READABLE.get(entity.kind_of(column))
            found = self.found[entity.name].get(column)
            if readable and found and found.type.partition("(")[0] not in readable:
                raise SourceError(
                    f"{self.identity}: {column} of {entity.name} has the wrong type {found.type} in"
                    f" {self.origin(entity)}; a mapping may give the entity as a SELECT that casts"
                )

    def has(self, entity: Entity) -> bool:
        """Whether the database has the entity's table."""
        return entity.name in self.found or entity.name in self.problems

    def columns(self, connection: DuckDBPyConnection, entity: Entity) -> list[str]:
        """The contract's columns that the table or SELECT has.

        Raises `SourceError` where the entity can't be delivered.
        """
        if entity.name in self.problems:
            raise self.problems[entity.name]
        return list(self.found[entity.name])

    def extra_columns(self, entity: Entity) -> list[str]:
        """The names of the table's columns that aren't read."""
        return self.extras.get(entity.name, [])

    def origin(self, entity: Entity) -> str:
        """The table, as the mapping or the application names it; else that it is a SELECT."""
        is_select = self.mapping_of(entity).select is not None
        return "SELECT of the mapping" if is_select else self._table(entity)

    def _select(self, entity: Entity) -> str | None:
        """The SELECT that gives the entity; None where a table does."""
        mapped = self.mapping_of(entity)
        if mapped.select is None and mapped.table is None and entity.name not in TABLES:
            points, used = (self.json_text.format(key=key) for key in ("points", "points_used"))
            return CONVERSIONS.format(points=points, points_used=used)
        return mapped.select

    def _is_whole_table(self, entity: Entity) -> bool:
        """Whether the entity's rows are all those of a table, so that it may be scanned."""
        return self._select(entity) is None and self.mapping_of(entity).where is None

    def _table(self, entity: Entity) -> str:
        """The table that the entity comes from, or the first one of the application's SELECT."""
        return self.mapping_of(entity).table or TABLES.get(entity.name, CONVERTED)

    def _from(self, entity: Entity) -> str:
        """The SQL of the entity's rows, to stand after `from`."""
        select = self._select(entity)
        if select is not None:
            return f"({select}\n) as entity"
        return self._table_sql(entity)

    def _table_sql(self, entity: Entity) -> str:
        return ".".join(self._quoted(part) for part in self._table(entity).split("."))

    def _counted(self, entity: Entity) -> str:
        """The SQL of those of its rows that meet the mapping's condition, to stand after `from`."""
        where = self.mapping_of(entity).where
        if where is None:
            return self._from(entity)
        return f"(select * from {self._from(entity)} where ({where}\n)) as counted"

    def _query(self, entity: Entity, columns: list[str], blocks: Blocks) -> str:
        """The SELECT of the contract's columns of the entity's rows in these blocks."""
        query = f"select {self._listed(entity, columns)} from {self._counted(entity)}"
        if blocks is ALL_BLOCKS or not self.computes_fingerprints(entity):
            return query
        return f"{query} where {blocks.id_condition(self._quoted(self._named(entity, 'id')))}"

    def _listed(self, entity: Entity, columns: list[str]) -> str:
        found = self.found[entity.name]
        return ", ".join(
            f"{found[column].read.format(self._quoted(self._named(entity, column)))}"
            f" as {self._quoted(column)}"
            for column in columns
        )

    def _named(self, entity: Entity, column: str) -> str:
        """What the table calls a column of the contract."""
        return self.mapping_of(entity).columns.get(column, column)

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

    def describe_error(self, error: Exception) -> str:
        """The database's own words, in one line and without the password."""
        return without_password(super().describe_error(error), self.url)

    def _unusable(self, error: Exception, entity: Entity | None = None) -> SourceError:
        where = f" {entity.name} can't be read from {self.origin(entity)}:" if entity else ""
        return SourceError(f"{self.identity}:{where} {self.describe_error(error)}")
