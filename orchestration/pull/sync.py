"""Sync: bring an entity's raw table to the state of its delivery, and touch only what differs.

Events are compared by fingerprints of blocks of ids: a late, backdated, edited, moved or deleted
row shows in its block, and nobody needs an `updated_at`. Only differing blocks are looked into, and
only the ids whose rows differ are replaced. A source that can computes its fingerprints itself.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime

import duckdb

from api_export.payloads.limits import MAX_EXACT_DOUBLE, MAX_EXACT_FLOAT
from orchestration.sources.base import Source
from orchestration.sources.blocks import ALL_BLOCKS, BLOCK_BITS, NO_BLOCKS, Blocks
from orchestration.sources.contract import Entity

# The id as staging reads it (see the macro read_integer): rows of one id are replaced together.
ID = f"""
    case
        when typeof(id) in (
            'TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT', 'UTINYINT', 'USMALLINT', 'UINTEGER'
        )
            then try_cast(id as bigint)
        when
            typeof(id) in ('FLOAT', 'DOUBLE')
            and abs(try_cast(cast(id as varchar) as double))
                > if(typeof(id) = 'FLOAT', {MAX_EXACT_FLOAT}, {MAX_EXACT_DOUBLE})
            then null
        when regexp_full_match(cast(id as varchar), '[+-]?[0-9]+([.]0+)?')
            then try_cast(regexp_replace(cast(id as varchar), '[.]0+$', '') as bigint)
    end
"""
BLOCK = f"(({ID}) >> {BLOCK_BITS})"
OPEN_STATUSES = "('pending', 'approved')"


@dataclass(frozen=True)
class Lookback:
    """The instants that a look-back compares, both ends included."""

    first: datetime
    last: datetime


@dataclass(frozen=True)
class Compared:
    """What the comparison of an entity found, in rows."""

    rows: int
    """Rows in raw now."""
    compared: int = 0
    """Rows whose fingerprints were compared."""
    read: int = 0
    """Rows of differing blocks, looked at one by one."""
    added: int = 0
    changed: int = 0
    removed: int = 0
    """Ids that are new, have other rows than before, or are gone."""
    written: int = 0
    """Rows written to raw."""
    is_retyped: bool = False
    """Whether columns arrive in other types than before, so that everything was loaded anew."""

    @property
    def has_changed(self) -> bool:
        """Whether raw is another than before."""
        return self.is_retyped or self.written > 0 or self.removed > 0


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
        rows = _rows_of("delivered", _conditions(self.connection, blocks))
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


def load_entity(extract: Extract) -> Compared:
    """Load an entity from nothing."""
    connection, entity = extract.connection, extract.entity
    table = f"raw.{entity.name}"
    extract.view()
    _load_rows(connection, entity)
    connection.execute("delete from raw.fingerprints where entity = ?", [entity.name])
    if entity.event_time is not None and extract.is_remote:
        fingerprints = extract.fingerprints()
    else:
        block = "null" if entity.event_time is None else BLOCK
        fingerprints = connection.sql(
            f"select {fingerprint(entity, block)} from {table} group by all"
        )
    fingerprints.create_view("arriving_fingerprints", replace=True)
    connection.execute(
        "insert into raw.fingerprints select ?, * from arriving_fingerprints", [entity.name]
    )
    connection.execute("drop view arriving_fingerprints")
    rows = _count(connection, table)
    return Compared(rows=rows, compared=rows, read=rows, added=rows, written=rows)


def replace_entity(extract: Extract) -> Compared:
    """Compare a small entity whole, and load it anew where it differs."""
    connection, entity = extract.connection, extract.entity
    extract.view()
    if _is_retyped(connection, entity):
        return _retype(extract)
    before = connection.execute(
        "select block, row_count, checksum from raw.fingerprints where entity = ?", [entity.name]
    ).fetchall()
    now = connection.execute(f"select {fingerprint(entity)} from delivered group by all").fetchall()
    rows = sum(fingerprint[1] for fingerprint in now)
    if now == before:
        return Compared(rows=rows, compared=rows)
    connection.execute(f"create or replace temp table old_rows as from raw.{entity.name}")
    loaded = load_entity(extract)
    columns = _columns(entity)
    added, removed = connection.execute(
        f"""
        select sum(greatest(surplus, 0)), sum(greatest(-surplus, 0))
        from (
            select sum(occurrence) as surplus
            from (
                select 1 as occurrence, {columns} from delivered
                union all
                select -1 as occurrence, {columns} from old_rows
            )
            group by {columns}
        )
        """
    ).fetchone()
    return Compared(loaded.rows, rows, rows, added=added, removed=removed, written=loaded.written)


def sync_events(extract: Extract, lookback: Lookback | None = None) -> Compared:
    """Replace the ids whose rows differ, found through the blocks that differ."""
    connection, entity = extract.connection, extract.entity
    extract.view(NO_BLOCKS)
    if _is_retyped(connection, entity):
        return _retype(extract)
    table, columns = f"raw.{entity.name}", _columns(entity)
    blocks = _blocks_to_compare(connection, entity, lookback)
    extract.fingerprints(blocks).create_view("arriving_fingerprints", replace=True)
    connection.execute("create or replace temp table source_blocks as from arriving_fingerprints")
    connection.execute("drop view arriving_fingerprints")
    connection.execute(
        f"""
        create or replace temp table different_blocks as
        select coalesce(now.block, before.block) as block
        from source_blocks as now
        full join (
            from raw.fingerprints where entity = ? and {blocks.condition("block")}
        ) as before on now.block is not distinct from before.block
        where (now.row_count, now.checksum) is distinct from (before.row_count, before.checksum)
        order by block
        """,
        [entity.name],
    )
    (compared,) = connection.execute(
        "select cast(coalesce(sum(row_count), 0) as bigint) from source_blocks"
    ).fetchone()
    result = Compared(rows=_count(connection, table), compared=compared)
    different = [block for (block,) in connection.table("different_blocks").fetchall()]
    if not different:
        return result
    differing = Blocks.of([block for block in different if block is not None])
    extract.view(differing)
    conditions = _conditions(connection, differing)
    arriving = "from delivered" if extract.is_remote else _rows_of("delivered", conditions)
    for name, rows in (("new_rows", arriving), ("old_rows", _rows_of(table, conditions))):
        connection.execute(
            f"""
            create or replace temp table {name} as
            select {ID} as _id, {columns} from ({rows})
            where exists (
                from different_blocks
                where different_blocks.block is not distinct from {BLOCK}
            )
            """
        )
    connection.execute(
        """
        create or replace temp table differing_ids as
        select distinct _id as differing_id
        from (
            (from new_rows except all from old_rows)
            union all
            (from old_rows except all from new_rows)
        )
        """
    )
    return _replace_ids(connection, entity, conditions, result)


def _replace_ids(
    connection: duckdb.DuckDBPyConnection,
    entity: Entity,
    conditions: tuple[str, ...],
    result: Compared,
) -> Compared:
    """Delete all rows of the differing ids, and insert those that the source has now.

    Each row of these ids meets one of `conditions`, which spare looking at most others.
    """
    table, columns = f"raw.{entity.name}", _columns(entity)
    differs = "exists (from differing_ids where differing_id is not distinct from"
    added, changed, removed = connection.execute(
        """
        select
            count(*) filter (new.is_there and old.is_there is null),
            count(*) filter (new.is_there and old.is_there),
            count(*) filter (new.is_there is null)
        from differing_ids
        left join (select distinct _id, true as is_there from new_rows) as new
            on differing_id is not distinct from new._id
        left join (select distinct _id, true as is_there from old_rows) as old
            on differing_id is not distinct from old._id
        """
    ).fetchone()
    for condition in conditions:
        connection.execute(f"delete from {table} where {condition} and {differs} ({ID}))")
    connection.execute(
        f"""
        insert into {table}
        select {_copy_number(entity)}, {columns} from new_rows where {differs} new_rows._id)
        """
    )
    written = connection.execute(
        f"select count(*) from new_rows where {differs} new_rows._id)"
    ).fetchone()[0]
    connection.execute(
        "insert into raw.changed_ids select ?, differing_id from differing_ids", [entity.name]
    )
    connection.execute(
        "delete from raw.fingerprints where entity = ? and exists (from different_blocks"
        " where different_blocks.block is not distinct from fingerprints.block)",
        [entity.name],
    )
    connection.execute(
        "insert into raw.fingerprints select ?, source_blocks.* from source_blocks"
        " where exists (from different_blocks"
        " where different_blocks.block is not distinct from source_blocks.block)",
        [entity.name],
    )
    return Compared(
        rows=_count(connection, table),
        compared=result.compared,
        read=_count(connection, "new_rows"),
        added=added,
        changed=changed,
        removed=removed,
        written=written,
    )


def _blocks_to_compare(
    connection: duckdb.DuckDBPyConnection, entity: Entity, lookback: Lookback | None
) -> Blocks:
    """The blocks that this run compares.

    A look-back compares from the first block with a row among its instants on, and the blocks with
    requests still open. Rows dated after them move nothing: ids, not dates, say what is new.
    """
    if lookback is None:
        return ALL_BLOCKS
    table = f"raw.{entity.name}"
    instant = f'try_cast("{entity.event_time}" as timestamptz)'
    (first,) = connection.execute(
        f"""
        select coalesce(
            (select min({ID}) from {table} where {instant} between $first and $last)
                >> {BLOCK_BITS},
            (select max(block) from raw.fingerprints where entity = $entity),
            0
        )
        """,
        {"first": lookback.first, "last": lookback.last, "entity": entity.name},
    ).fetchone()
    still_open = []
    if "status" in entity.columns:
        still_open = connection.execute(
            f"select distinct {BLOCK} as block from {table}"
            f" where status in {OPEN_STATUSES} and block < ? order by block",
            [first],
        ).fetchall()
    return Blocks((*Blocks.of([block for (block,) in still_open]).ranges, (first, None)))


def _conditions(connection: duckdb.DuckDBPyConnection, blocks: Blocks) -> tuple[str, ...]:
    """What the delivered rows of these blocks meet one of; so do those without an id.

    Of ids that arrive as whole numbers these are plain, so that other rows need not be read.
    """
    types = dict(
        connection.execute("select column_name, column_type from (describe delivered)").fetchall()
    )
    if types["id"] not in ("INTEGER", "BIGINT"):
        return (blocks.condition(BLOCK),)
    return (f"{blocks.id_span('id')} and {blocks.id_condition('id')}", "id is null")


def _rows_of(table: str, conditions: tuple[str, ...]) -> str:
    """The SELECT of the rows that meet one of these conditions, no two of which meet."""
    return " union all ".join(f"from {table} where {condition}" for condition in conditions)


def _load_rows(connection: duckdb.DuckDBPyConnection, entity: Entity) -> None:
    """Load the delivered rows, and number those of an id that has several.

    Only ids that lie within the same 32 as one that occurs twice are sorted: those 32 share a
    number with a bit for each, which has fewer bits than they have rows then. So are rows without
    an id.
    """
    table, columns = f"raw.{entity.name}", _columns(entity)
    connection.execute(
        f"""
        create or replace table {table} as
        select cast(1 as bigint) as _copy_number, {columns} from delivered
        """
    )
    connection.execute(
        f"""
        create or replace temp table crowded_ids as
        select ({ID}) // 32 as ids
        from {table}
        group by all
        having bit_count(bit_or(1::bigint << (({ID}) & 31))) is distinct from count(*)
        """
    )
    if _count(connection, "crowded_ids"):
        connection.execute(
            f"""
            update {table} set _copy_number = numbered.number
            from (
                select rowid as numbered_row, {_copy_number(entity)} as number
                from {table}
                where ({ID}) is null or ({ID}) // 32 in (from crowded_ids where ids is not null)
            ) as numbered
            where {table}.rowid = numbered_row and number > 1
            """
        )


def _copy_number(entity: Entity) -> str:
    """The number of a row among those of its id: by what they say, not by how they arrived.

    Which of two rows that read the same gives way then does not depend on the history of runs.
    """
    return f"row_number() over (partition by {ID} order by {_columns(entity)})"


def _is_retyped(connection: duckdb.DuckDBPyConnection, entity: Entity) -> bool:
    types = [
        connection.execute(f"select {_columns(entity)} from {rows} limit 0").description
        for rows in ("delivered", f"raw.{entity.name}")
    ]
    return [column[1] for column in types[0]] != [column[1] for column in types[1]]


def _retype(extract: Extract) -> Compared:
    return replace(load_entity(extract), is_retyped=True)


def fingerprint(entity: Entity, block: str = "null") -> str:
    """The fingerprint of each block of rows, or of all: swaps, edits and copies show, no order."""
    row_hash = f"hash({_columns(entity)})"
    return (
        f"{block} as block, count(*) as row_count,"
        f" concat(sum(cast({row_hash} as hugeint)), '/', bit_xor({row_hash})) as checksum"
    )


def _columns(entity: Entity) -> str:
    return ", ".join(f'"{column}"' for column in (*entity.columns, "_line"))


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    (count,) = connection.table(table).count("*").fetchone()
    return count
