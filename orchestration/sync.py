"""Sync: bring an entity's raw table to the state of its delivery, and touch only what differs.

Events are compared by fingerprints of blocks of ids: a late, backdated, edited, moved or deleted
row shows in its block, and nobody needs an `updated_at`. Only differing blocks are looked into, and
only the ids whose rows differ are replaced. The delivery is the view `delivered`.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

import duckdb

from orchestration.sources.contract import Entity

BLOCK_IDS = 16_384

# The id as staging reads it (see the macro read_integer): rows of one id are replaced together.
ID = """
    case
        when typeof(id) in (
            'TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT', 'UTINYINT', 'USMALLINT', 'UINTEGER'
        )
            then try_cast(id as bigint)
        when regexp_full_match(cast(id as varchar), '[+-]?[0-9]+([.]0+)?')
            then try_cast(regexp_replace(cast(id as varchar), '[.]0+$', '') as bigint)
    end
"""
BLOCK = f"({ID}) // {BLOCK_IDS}"
OPEN_STATUSES = "('pending', 'approved')"


@dataclass(frozen=True)
class Window:
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


def load_entity(connection: duckdb.DuckDBPyConnection, entity: Entity) -> Compared:
    """Load an entity from nothing."""
    table = f"raw.{entity.name}"
    connection.execute(
        f"create or replace table {table} as"
        f" select cast(row_number() over () as bigint) as _row, {_columns(entity)} from delivered"
    )
    _order_duplicates(connection, entity)
    connection.execute("delete from raw.fingerprints where entity = ?", [entity.name])
    block = "null" if entity.event_time is None else BLOCK
    connection.execute(
        f"insert into raw.fingerprints select ?, {_fingerprints(entity, block)} from {table}"
        " group by all",
        [entity.name],
    )
    rows = _count(connection, table)
    return Compared(rows=rows, compared=rows, read=rows, added=rows, written=rows)


def replace_entity(connection: duckdb.DuckDBPyConnection, entity: Entity) -> Compared:
    """Compare a small entity whole, and load it anew where it differs."""
    if _is_retyped(connection, entity):
        return _retype(connection, entity)
    before = connection.execute(
        "select block, row_count, hash_sum, hash_xor from raw.fingerprints where entity = ?",
        [entity.name],
    ).fetchall()
    now = connection.execute(
        f"select {_fingerprints(entity, 'null')} from delivered group by all"
    ).fetchall()
    rows = sum(fingerprint[1] for fingerprint in now)
    if now == before:
        return Compared(rows=rows, compared=rows)
    connection.execute(f"create or replace temp table old_rows as from raw.{entity.name}")
    loaded = load_entity(connection, entity)
    columns = _columns(entity)
    added, removed = (
        connection.execute(
            f"select count(*) from (select {columns} from {left}"
            f" except all select {columns} from {right})"
        ).fetchone()[0]
        for left, right in (("delivered", "old_rows"), ("old_rows", "delivered"))
    )
    return Compared(loaded.rows, rows, rows, added=added, removed=removed, written=loaded.written)


def sync_events(
    connection: duckdb.DuckDBPyConnection, entity: Entity, window: Window | None
) -> Compared:
    """Replace the ids whose rows differ, found through the blocks that differ."""
    if _is_retyped(connection, entity):
        return _retype(connection, entity)
    table, columns = f"raw.{entity.name}", _columns(entity)
    in_window = _blocks_to_compare(connection, entity, window)
    connection.execute(
        f"""
        create or replace temp table source_blocks as
        select {_fingerprints(entity, BLOCK)} from delivered where {in_window(BLOCK)} group by all
        """
    )
    connection.execute(
        f"""
        create or replace temp table different_blocks as
        select coalesce(now.block, before.block) as block
        from source_blocks as now
        full join (
            from raw.fingerprints where entity = ? and {in_window("block")}
        ) as before on now.block is not distinct from before.block
        where (now.row_count, now.hash_sum, now.hash_xor)
            is distinct from (before.row_count, before.hash_sum, before.hash_xor)
        """,
        [entity.name],
    )
    (compared,) = connection.execute(
        "select coalesce(sum(row_count), 0) from source_blocks"
    ).fetchone()
    result = Compared(rows=_count(connection, table), compared=compared)
    if not _count(connection, "different_blocks"):
        return result
    for name, rows in (("new_rows", "delivered"), ("old_rows", table)):
        connection.execute(
            f"""
            create or replace temp table {name} as
            select {ID} as _id, {columns} from {rows}
            where {_id_range(connection, entity)}
                and exists (
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
    return _replace_ids(connection, entity, result)


def _replace_ids(
    connection: duckdb.DuckDBPyConnection, entity: Entity, result: Compared
) -> Compared:
    """Delete all rows of the differing ids, and insert those that the source has now."""
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
    connection.execute(f"delete from {table} where {differs} ({ID}))")
    connection.execute(
        f"""
        insert into {table}
        select
            (select coalesce(max(_row), 0) from {table})
            + row_number() over (order by _id, {columns}),
            {columns}
        from new_rows
        where {differs} new_rows._id)
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
    connection: duckdb.DuckDBPyConnection, entity: Entity, window: Window | None
) -> Callable[[str], str]:
    """A condition on a block: whether this run compares it.

    A look-back compares from the first block with a row in its window on, and the blocks with
    requests still open. Rows dated after the window move nothing: ids, not dates, say what is new.
    """
    if window is None:
        return lambda _: "true"
    table = f"raw.{entity.name}"
    instant = f'try_cast(cast("{entity.event_time}" as varchar) as timestamptz)'
    (first,) = connection.execute(
        f"""
        select coalesce(
            (select min({BLOCK}) from {table} where {instant} between $first and $last),
            (select max({BLOCK}) from {table}),
            0
        )
        """,
        {"first": window.first, "last": window.last},
    ).fetchone()
    blocks = []
    if "status" in entity.columns:
        blocks = connection.execute(
            f"select distinct {BLOCK} as block from {table}"
            f" where status in {OPEN_STATUSES} and block < ? order by block",
            [first],
        ).fetchall()
    listed = ", ".join(["null", *(str(block) for (block,) in blocks)])
    return lambda block: f"({block} >= {first} or {block} is null or {block} in ({listed}))"


def _id_range(connection: duckdb.DuckDBPyConnection, entity: Entity) -> str:
    """A plain condition on ids that the differing blocks lie in, which spares reading the rest."""
    first, last, has_unreadable = connection.execute(
        "select min(block), max(block), bool_or(block is null) from different_blocks"
    ).fetchone()
    types = dict(
        connection.execute("select column_name, column_type from (describe delivered)").fetchall()
    )
    if has_unreadable or types["id"] not in ("INTEGER", "BIGINT"):
        return "true"
    # One block more on either side: `//` rounds towards zero, so blocks around 0 are wider.
    return f"id between {(first - 1) * BLOCK_IDS} and {(last + 2) * BLOCK_IDS}"


def _order_duplicates(connection: duckdb.DuckDBPyConnection, entity: Entity) -> None:
    """Number the rows of an id that has several by what they say, not by how they arrived.

    Which of two rows that read the same gives way then does not depend on the history of runs.
    """
    table, columns = f"raw.{entity.name}", _columns(entity)
    connection.execute(
        f"""
        create or replace temp table duplicates as
        select {ID} as _id, {columns} from {table}
        where {ID} in (select {ID} from {table} group by all having count(*) > 1)
        """
    )
    connection.execute(f"delete from {table} where {ID} in (select _id from duplicates)")
    connection.execute(
        f"""
        insert into {table}
        select
            (select coalesce(max(_row), 0) from {table}) + row_number() over (order by {columns}),
            {columns}
        from duplicates
        """
    )


def _is_retyped(connection: duckdb.DuckDBPyConnection, entity: Entity) -> bool:
    types = [
        connection.execute(f"select {_columns(entity)} from {rows} limit 0").description
        for rows in ("delivered", f"raw.{entity.name}")
    ]
    return [column[1] for column in types[0]] != [column[1] for column in types[1]]


def _retype(connection: duckdb.DuckDBPyConnection, entity: Entity) -> Compared:
    return replace(load_entity(connection, entity), is_retyped=True)


def _fingerprints(entity: Entity, block: str) -> str:
    """The fingerprint of each block: swaps and edits show, whatever the order of the rows."""
    row_hash = f"hash({_columns(entity)})"
    return (
        f"{block} as block, count(*) as row_count,"
        f" sum(cast({row_hash} as hugeint)) as hash_sum, bit_xor({row_hash}) as hash_xor"
    )


def _columns(entity: Entity) -> str:
    return ", ".join(f'"{column}"' for column in (*entity.columns, "_line"))


def _count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    (count,) = connection.table(table).count("*").fetchone()
    return count
