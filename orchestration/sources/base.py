"""What each kind of source offers to the pull."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import MappingProxyType

import duckdb
from duckdb import DuckDBPyConnection, DuckDBPyRelation

from orchestration.sources.contract import Entity
from orchestration.sources.mapping import LEDGER, Mapped

BLOCK_BITS = 14
"""A block is the 2^14 ids that are equal after a shift by so many bits."""
BLOCK_IDS = 1 << BLOCK_BITS
MAX_RANGES = 200


@dataclass(frozen=True)
class Blocks:
    """Blocks of ids, as ranges with both ends included; rows without an id are always with them."""

    ranges: tuple[tuple[int, int | None], ...]
    """First and last block of each range; a range without a last one has no end."""

    @classmethod
    def of(cls, blocks: list[int]) -> "Blocks":
        """These blocks, those next to each other as one range; if they are many, what spans them.

        `blocks` are in order.
        """
        ranges: list[tuple[int, int]] = []
        for block in blocks:
            if ranges and ranges[-1][1] == block - 1:
                ranges[-1] = (ranges[-1][0], block)
            else:
                ranges.append((block, block))
        if len(ranges) > MAX_RANGES:
            ranges = [(ranges[0][0], ranges[-1][1])]
        return cls(tuple(ranges))

    def condition(self, block: str) -> str:
        """The SQL condition that a block, given as an expression, is one of these."""
        return _any_range(block, self.ranges)

    def id_condition(self, id_column: str) -> str:
        """The same of a column of whole ids, so that an index serves."""
        return _any_range(id_column, self._id_ranges())

    def id_span(self, id_column: str) -> str:
        """The condition that an id lies between the first and the last of these."""
        ranges = self._id_ranges()
        if not ranges:
            return "false"
        first, last = ranges[0][0], ranges[-1][1]
        return f"{id_column} >= {first}" + ("" if last is None else f" and {id_column} <= {last}")

    def _id_ranges(self) -> tuple[tuple[int, int | None], ...]:
        return tuple(
            (first << BLOCK_BITS, None if last is None else ((last + 1) << BLOCK_BITS) - 1)
            for first, last in self.ranges
        )


ALL_BLOCKS = Blocks(((-(1 << 63) >> BLOCK_BITS, None),))
NO_BLOCKS = Blocks(())


def _any_range(value: str, ranges: tuple[tuple[int, int | None], ...]) -> str:
    parts = [f"{value} is null"]
    for first, last in ranges:
        parts.append(
            f"{value} >= {first}" if last is None else f"{value} between {first} and {last}"
        )
    return f"({' or '.join(parts)})"


class Source(ABC):
    """A source: told what to deliver, it does so without writing anything anywhere."""

    errors: tuple[type[Exception], ...] = (duckdb.Error, RuntimeError)
    """What reading raises; DuckDB passes some errors of databases on as the latter."""
    identity: str
    """How a workspace remembers the source: without secrets, the same from every folder."""
    mapped: Mapping[str, Mapped] = MappingProxyType({})
    """What a mapping file tells of the entities that it names."""

    @contextmanager
    def reading(self, connection: DuckDBPyConnection) -> Iterator[None]:
        """Hold what all reads of a run need: for a database, one snapshot of it.

        A source is used within this alone, in one transaction of `connection`.
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
        """Where an entity that is there comes from, for people."""

    @abstractmethod
    def columns(self, connection: DuckDBPyConnection, entity: Entity) -> list[str]:
        """The names of the delivered columns of an entity that is there.

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
        """Whether the source computes fingerprints itself, so that only differing blocks travel."""
        return False

    def fingerprints(
        self, connection: DuckDBPyConnection, entity: Entity, columns: list[str], blocks: Blocks
    ) -> DuckDBPyRelation:
        """A row for each block: `block`, `row_count` and `checksum`, a text over all columns.

        Called only where the source `computes_fingerprints`.
        """
        raise NotImplementedError

    def extra_columns(self, entity: Entity) -> list[str]:
        """The columns that a table has beside the contract's; none where that says nothing."""
        return []

    def mapping_of(self, entity: Entity) -> Mapped:
        """What a mapping file tells of an entity; nothing where it doesn't name it."""
        return self.mapped.get(entity.name, Mapped())

    def transaction_types(self) -> list[tuple[str, str, int]]:
        """Each transaction type that isn't taken as delivered: see `Mapped.type_rows`."""
        return self.mapped.get(LEDGER, Mapped()).type_rows()

    def describe_error(self, error: Exception) -> str:
        """What went wrong while the source was read: one line, without secrets."""
        return (str(error).strip() or type(error).__name__).splitlines()[0]
