"""Loading an entity whole: from nothing, and where a small one differs or types have changed."""

from dataclasses import dataclass, replace

import duckdb

from orchestration.pull.extract import BLOCK, Extract, columns_of, fingerprint, key_of
from orchestration.sources.contract import Entity

CROWDED = "select keys from crowds where bits is not null"
"""The keys, 32 together, of which one occurs twice."""


@dataclass(frozen=True)
class Compared:
    """What a pull found of an entity, in rows.

    Where an entity is loaded from nothing, every row is read and added. Of a small entity that is
    compared whole, an edited row is one removed and one added.
    """

    rows: int
    """Rows in raw now."""
    compared: int = 0
    """Rows whose fingerprints were compared."""
    read: int = 0
    """Rows of differing blocks, looked at one by one."""
    added: int = 0
    changed: int = 0
    removed: int = 0
    """Ids of events that are new, have other rows than before, or are gone; else rows."""
    written: int = 0
    """Rows written to raw."""
    is_retyped: bool = False
    """Whether columns arrive in other types than before, so that everything was loaded anew."""

    @property
    def has_changed(self) -> bool:
        """Whether raw differs from before."""
        return self.is_retyped or self.written > 0 or self.removed > 0


def load_entity(extract: Extract) -> Compared:
    """Load an entity from nothing."""
    connection, entity = extract.connection, extract.entity
    table = f"raw.{entity.name}"
    extract.view()
    _load_rows(extract)
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
    rows = count_rows(connection, table)
    return Compared(rows=rows, compared=rows, read=rows, added=rows, written=rows)


def replace_entity(extract: Extract) -> Compared:
    """Compare a small entity whole, and load it anew where it differs."""
    connection, entity = extract.connection, extract.entity
    extract.view()
    if is_retyped(connection, entity):
        return load_retyped(extract)
    before = connection.execute(
        "select block, row_count, checksum from raw.fingerprints where entity = ?", [entity.name]
    ).fetchall()
    now = connection.execute(f"select {fingerprint(entity)} from delivered group by all").fetchall()
    rows = sum(fingerprint[1] for fingerprint in now)
    if now == before:
        return Compared(rows=rows, compared=rows)
    connection.execute(f"create or replace temp table old_rows as from raw.{entity.name}")
    loaded = load_entity(extract)
    columns = columns_of(entity)
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


def _load_rows(extract: Extract) -> None:
    """Load the delivered rows, and number those of a key that has several.

    Only keys that lie within the same 32 as one that occurs twice are sorted: those 32 share a
    number with a bit for each, which has fewer bits than they have rows then. So are rows whose key
    is not whole. What comes from far is read once, and numbered where it lies; reading again is
    cheaper where it is near.
    """
    connection, entity = extract.connection, extract.entity
    table, columns = f"raw.{entity.name}", columns_of(entity)
    is_crowded = f"{_lacks_key(entity)} or {_crowd_of(entity)} in ({CROWDED})"
    create = (
        f"create or replace table {table} as select cast(1 as bigint) as _copy_number, {columns}"
    )
    if extract.is_remote:
        connection.execute(f"{create} from delivered")
        if _find_crowded(connection, entity, table):
            connection.execute(
                f"""
                update {table} set _copy_number = numbered.number
                from (
                    select rowid as numbered_row, {copy_number_of(entity)} as number
                    from {table}
                    where {is_crowded}
                ) as numbered
                where {table}.rowid = numbered_row and number > 1
                """
            )
        return
    has_crowded = _find_crowded(connection, entity, "delivered")
    connection.execute(f"{create} from delivered where not ({is_crowded})")
    if has_crowded:
        connection.execute(
            f"""
            insert into {table}
            select {copy_number_of(entity)}, {columns} from delivered where {is_crowded}
            """
        )


def _find_crowded(connection: duckdb.DuckDBPyConnection, entity: Entity, rows: str) -> bool:
    """Make `crowds`: the keys, 32 together, of which one occurs twice, or is not whole.

    Whether there are any.
    """
    bit = f"case when not {_lacks_key(entity)} then 1::bigint << ({key_of(entity)[-1]} & 31) end"
    connection.execute(
        f"""
        create or replace temp table crowds as
        select
            {_crowd_of(entity)} as keys,
            bit_or({bit}) as bits
        from {rows}
        group by keys
        having bit_count(bits) is distinct from count(*)
        """
    )
    return count_rows(connection, "crowds") > 0


def _crowd_of(entity: Entity) -> str:
    """What 32 keys next to each other share: a number; a list where keys have several columns."""
    *first, last = key_of(entity)
    return f"[{', '.join(first)}, {last} // 32]" if first else f"{last} // 32"


def _lacks_key(entity: Entity) -> str:
    """The condition that a row's key is not whole."""
    return f"({' or '.join(f'{column} is null' for column in key_of(entity))})"


def copy_number_of(entity: Entity) -> str:
    """The number of a row among those of its key: by what they say, not by how they arrived.

    Which of two rows that read the same gives way then does not depend on the history of runs.
    """
    key = ", ".join(key_of(entity))
    return f"row_number() over (partition by {key} order by {columns_of(entity)})"


def is_retyped(connection: duckdb.DuckDBPyConnection, entity: Entity) -> bool:
    """Whether columns arrive in other types than raw has them."""
    types = [
        connection.execute(f"select {columns_of(entity)} from {rows} limit 0").description
        for rows in ("delivered", f"raw.{entity.name}")
    ]
    return [column[1] for column in types[0]] != [column[1] for column in types[1]]


def load_retyped(extract: Extract) -> Compared:
    """Load an entity whose columns arrive in other types than before."""
    return replace(load_entity(extract), is_retyped=True)


def count_rows(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    """How many rows a table has."""
    (count,) = connection.table(table).count("*").fetchone()
    return count
