"""An extract: one entity as the source has it now, its rows and the fingerprints of its blocks.

A block's fingerprint changes with any of its rows, wherever they are counted. A source that can
computes it itself, so that only the rows of differing blocks travel.
"""

from dataclasses import dataclass, field

import duckdb

from api_export.payloads.limits import MAX_EXACT_DOUBLE, MAX_EXACT_FLOAT
from orchestration.sources.base import Source
from orchestration.sources.blocks import ALL_BLOCKS, BLOCK_BITS, Blocks
from orchestration.sources.contract import Entity


def read_integer(column: str) -> str:
    """The SQL of an integer as staging reads it (see the macro of this name).

    By it rows are told apart: those of one id are replaced together.
    """
    return f"""
    case
        when typeof({column}) in (
            'TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT', 'UTINYINT', 'USMALLINT', 'UINTEGER'
        )
            then try_cast({column} as bigint)
        when
            typeof({column}) in ('FLOAT', 'DOUBLE')
            and abs(try_cast(cast({column} as varchar) as double))
                > if(typeof({column}) = 'FLOAT', {MAX_EXACT_FLOAT}, {MAX_EXACT_DOUBLE})
            then null
        when regexp_full_match(cast({column} as varchar), '[+-]?[0-9]+([.]0+)?')
            then try_cast(regexp_replace(cast({column} as varchar), '[.]0+$', '') as bigint)
    end
    """


ID = read_integer("id")
BLOCK = f"(({ID}) >> {BLOCK_BITS})"


@dataclass
class Extract:
    """An entity as the source has it now, in the view `delivered`."""

    connection: duckdb.DuckDBPyConnection
    source: Source
    entity: Entity
    columns: list[str] | None
    """The contract's columns that are delivered; none where the entity is absent."""
    _viewed: Blocks | None = field(default=None, init=False)

    def view(self, blocks: Blocks = ALL_BLOCKS) -> None:
        """Make `delivered` the rows of these blocks, and of others where the source likes."""
        if not self.is_remote:
            blocks = ALL_BLOCKS
        if blocks is not self._viewed:
            self._rows(blocks).create_view("delivered", replace=True)
            self._viewed = blocks

    @property
    def is_remote(self) -> bool:
        """Whether only what is asked for should travel."""
        return self.columns is not None and self.source.computes_fingerprints(self.entity)

    def fingerprints(self, blocks: Blocks = ALL_BLOCKS) -> duckdb.DuckDBPyRelation:
        """The fingerprint of each of these blocks."""
        if self.is_remote:
            return self.source.fingerprints(self.connection, self.entity, self.columns, blocks)
        self.view()
        rows = rows_of("delivered", conditions_of(self.connection, blocks))
        return self.connection.sql(
            f"select {fingerprint(self.entity, BLOCK)} from ({rows}) group by all"
        )

    def _rows(self, blocks: Blocks) -> duckdb.DuckDBPyRelation:
        """The delivered rows: all columns of the contract, nulls for absent ones, and `_line`."""
        if self.columns is None:
            names = (*self.entity.columns, "_line")
            nulls = ", ".join(f'cast(null as varchar) as "{name}"' for name in names)
            return self.connection.sql(f"select {nulls} limit 0")
        absent = [
            duckdb.ConstantExpression(None).cast("VARCHAR").alias(column)
            for column in self.entity.columns
            if column not in self.columns
        ]
        delivered = self.source.deliver(self.connection, self.entity, self.columns, blocks)
        return delivered.select(duckdb.StarExpression(), *absent)


def fingerprint(entity: Entity, block: str = "null") -> str:
    """The fingerprint of each block of rows, or of all: swaps, edits and copies show, no order."""
    row_hash = f"hash({columns_of(entity)})"
    return (
        f"{block} as block, count(*) as row_count,"
        f" concat(sum(cast({row_hash} as hugeint)), '/', bit_xor({row_hash})) as checksum"
    )


def key_of(entity: Entity) -> list[str]:
    """The columns by which its rows are told apart, as staging reads them, as SQL."""
    return [f"({read_integer(column)})" for column in entity.key]


def columns_of(entity: Entity) -> str:
    """The columns by which rows are compared, as SQL."""
    return ", ".join(f'"{column}"' for column in (*entity.columns, "_line"))


def conditions_of(connection: duckdb.DuckDBPyConnection, blocks: Blocks) -> tuple[str, ...]:
    """What the delivered rows of these blocks meet one of; so do those without an id.

    Of ids that arrive as whole numbers these are plain, so that other rows need not be read.
    """
    types = dict(
        connection.execute("select column_name, column_type from (describe delivered)").fetchall()
    )
    if types["id"] not in ("INTEGER", "BIGINT"):
        return (blocks.condition(BLOCK),)
    return (f"{blocks.id_span('id')} and {blocks.id_condition('id')}", "id is null")


def rows_of(table: str, conditions: tuple[str, ...]) -> str:
    """The SELECT of the rows that meet one of these conditions, no two of which meet."""
    return " union all ".join(f"from {table} where {condition}" for condition in conditions)
