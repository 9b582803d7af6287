"""Sync: bring an entity's raw table to the state of its delivery, and touch only what differs.

Events are compared by fingerprints of blocks of ids: a late, backdated, edited, moved or deleted
row shows in its block, and nobody needs an `updated_at`. Only differing blocks are looked into, and
only the ids whose rows differ are replaced. A source that can computes its fingerprints itself.
"""

from dataclasses import dataclass
from datetime import datetime

import duckdb

from orchestration.pull.extract import BLOCK, ID, Extract, columns_of, conditions_of, rows_of
from orchestration.pull.loading import (
    Compared,
    copy_number_of,
    count_rows,
    is_retyped,
    load_retyped,
)
from orchestration.sources.blocks import ALL_BLOCKS, BLOCK_BITS, NO_BLOCKS, Blocks
from orchestration.sources.contract import Entity

OPEN_STATUSES = "('pending', 'approved')"


@dataclass(frozen=True)
class Lookback:
    """The instants that a look-back compares, both ends included."""

    first: datetime
    last: datetime


def sync_events(extract: Extract, lookback: Lookback | None = None) -> Compared:
    """Replace the ids whose rows differ, found through the blocks that differ."""
    connection, entity = extract.connection, extract.entity
    extract.view(NO_BLOCKS)
    if is_retyped(connection, entity):
        return load_retyped(extract)
    table, columns = f"raw.{entity.name}", columns_of(entity)
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
    result = Compared(rows=count_rows(connection, table), compared=compared)
    different = [block for (block,) in connection.table("different_blocks").fetchall()]
    if not different:
        return result
    differing = Blocks.of([block for block in different if block is not None])
    extract.view(differing)
    conditions = conditions_of(connection, differing)
    arriving = "from delivered" if extract.is_remote else rows_of("delivered", conditions)
    for name, rows in (("new_rows", arriving), ("old_rows", rows_of(table, conditions))):
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
    table, columns = f"raw.{entity.name}", columns_of(entity)
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
        select {copy_number_of(entity)}, {columns} from new_rows where {differs} new_rows._id)
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
        rows=count_rows(connection, table),
        compared=result.compared,
        read=count_rows(connection, "new_rows"),
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
