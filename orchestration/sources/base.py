"""A source: what each kind of source offers to whoever pulls from it."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType

import duckdb
from duckdb import DuckDBPyConnection, DuckDBPyRelation

from orchestration.sources.blocks import ALL_BLOCKS, Blocks
from orchestration.sources.contract import LEDGER, Entity
from orchestration.sources.mapping import Mapped


class Source(ABC):
    """A source of the contract's entities. It delivers rows, and writes nothing to where they lie.

    Methods that take an `entity` take one that the source `has`, except `has` itself and
    `mapping_of`. All that read are called within `reading`, with its connection.
    """

    errors: tuple[type[Exception], ...] = (duckdb.Error, RuntimeError)
    """What reading raises; DuckDB passes some errors of databases on as the latter."""
    identity: str
    """How a workspace remembers the source: without secrets, the same from every folder."""
    mapped: Mapping[str, Mapped] = MappingProxyType({})
    """What a mapping file says of the entities that it names."""

    @contextmanager
    def reading(self, connection: DuckDBPyConnection) -> Iterator[None]:
        """Hold what all reads of a run need: for a database, one snapshot of it.

        All is read in one transaction of `connection`.
        """
        yield

    def replaced(self) -> list[str]:
        """What was replaced while it was read, so that an entity's rows may be of two moments."""
        return []

    @abstractmethod
    def has(self, entity: Entity) -> bool:
        """Whether the source delivers the entity at all."""

    @abstractmethod
    def origin(self, entity: Entity) -> str:
        """Where the entity comes from (a file, a table), as messages name it."""

    @abstractmethod
    def columns(self, connection: DuckDBPyConnection, entity: Entity) -> list[str]:
        """The names of the contract's columns that are delivered.

        Raises `SourceError` where the entity can't be delivered.
        """

    @abstractmethod
    def deliver(
        self,
        connection: DuckDBPyConnection,
        entity: Entity,
        columns: list[str],
        blocks: Blocks = ALL_BLOCKS,
    ) -> DuckDBPyRelation:
        """The delivered rows, to be read more than once: the columns named, and `_line`.

        `_line` is the row's own text where not all of it could be kept, else null. Rows of other
        blocks may be among them.
        """

    def computes_fingerprints(self, entity: Entity) -> bool:
        """Whether the source computes fingerprints itself, so that only differing blocks travel.

        Rows of an entity that isn't one of events travel once then, rather than being read again.
        """
        return False

    def fingerprints(
        self, connection: DuckDBPyConnection, entity: Entity, columns: list[str], blocks: Blocks
    ) -> DuckDBPyRelation:
        """A row for each block: `block`, `row_count` and `checksum`, a text over all columns.

        Called only where the source `computes_fingerprints`.
        """
        raise NotImplementedError

    def extra_columns(self, entity: Entity) -> list[str]:
        """The names of the columns that are there beside the contract's, and aren't read."""
        return []

    def mapping_of(self, entity: Entity) -> Mapped:
        """What the mapping file says of an entity; an empty `Mapped` where it doesn't name it."""
        return self.mapped.get(entity.name, Mapped())

    def transaction_types(self) -> list[tuple[str, str, int]]:
        """Each transaction type that isn't taken as delivered: see `Mapped.type_rows`."""
        return self.mapped.get(LEDGER, Mapped()).type_rows()

    def describe_error(self, error: Exception) -> str:
        """What went wrong while the source was read: one line, without secrets."""
        return (str(error).strip() or type(error).__name__).splitlines()[0]
