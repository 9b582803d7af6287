"""PostgreSQL as a source."""

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote, urlencode, urlsplit

from duckdb import DuckDBPyConnection, DuckDBPyRelation

from orchestration.sources.blocks import ALL_BLOCKS, BLOCK_BITS, Blocks
from orchestration.sources.contract import Entity
from orchestration.sources.databases.attached import ATTACHED, AttachedSource, literal
from orchestration.sources.databases.columns import INTEGERS, Column

CARRIED = {
    *("smallint", "integer", "bigint", "real", "double precision", "boolean"),
    *("text", "character varying", "bytea", "json", "jsonb"),
    *("date", "timestamp without time zone", "timestamp with time zone"),
}
"""The types whose every value DuckDB reads as it is; others are read as the server's text.

Of `numeric` it makes doubles where the type has no precision, or one over 38 digits, and of NaN 0.
"""
PAGES_PER_TASK = 4000
"""How much is scanned at once: as many rows as DuckDB writes at once, or more. Those of fewer pages
it puts together first."""
SENT = {
    "BIGINT": "int8send",
    "TIMESTAMP": "timestamp_send",
    "TIMESTAMP WITH TIME ZONE": "timestamptz_send",
}
"""What makes bytes of the numbers of 64 bits that the server holds."""


class PostgresSource(AttachedSource):
    """PostgreSQL 14 or newer: rows through parallel scans, fingerprints by the server."""

    extension = "postgres_scanner"
    extra = "postgres"
    json_text = "entries.metadata ->> '{key}'"
    option_names = None
    connection_defaults = (
        ("application_name", "loyalty-analytics"),
        ("connect_timeout", "10"),
        ("keepalives_idle", "30"),
        ("keepalives_interval", "10"),
        ("keepalives_count", "3"),
    )
    unlimited = (
        "statement_timeout",
        "idle_in_transaction_session_timeout",
        "idle_session_timeout",
    )
    """Time-outs of the role or server that would cut the snapshot."""

    def _connect(self, connection: DuckDBPyConnection) -> None:
        self._load(connection)
        given = {name: value for name, value in self.parts.options.items() if name != "schema"}
        session = " ".join([*self._session(), given.get("options", "")])
        options = dict(self.connection_defaults) | given | {"options": session}
        address = urlsplit(f"postgresql:{self.url.partition(':')[2]}")
        address = address._replace(query=urlencode(options, quote_via=quote))
        connection.execute(f"set pg_pages_per_task = {PAGES_PER_TASK}")
        self._attach(connection, address.geturl(), "type postgres, ")

    def _session(self) -> Iterator[str]:
        """The settings of every connection, those of parallel scans among them."""
        for name in self.unlimited:
            yield f"-c {name}=0"
        yield "-c jit=off"
        yield f"-c lock_timeout={max(1, int(self.timeout_seconds * 1000))}"
        if self.parts.schema:
            path = self._quoted(self.parts.schema).replace("\\", "\\\\").replace(" ", "\\ ")
            yield f"-c search_path={path}"

    def _answer_to(self, query: str) -> str:
        return f"postgres_query('{ATTACHED}', {literal(query)})"

    def _columns(self, connection: DuckDBPyConnection, query: str) -> dict[str, Column]:
        columns = super()._columns(connection, query)
        typed = ", ".join(
            f"pg_typeof(found.{self._quoted(name)})::text as type_{number}"
            for number, name in enumerate(columns)
        )
        row = f"(select) as one left join ({query}) as found on true"  # one, though there is none
        types = connection.execute(
            f"from {self._answer_to(f'select {typed} from {row}')}"
        ).fetchone()
        return {
            name: Column(column.type, _reading(type_name))
            for (name, column), type_name in zip(columns.items(), types, strict=True)
        }

    def _has_table(self, connection: DuckDBPyConnection, entity: Entity, error: Exception) -> bool:
        try:
            return self._table_of(connection, entity) is not None
        except self.errors:  # a server that is gone, a schema that may not be looked into
            return True

    def _table_of(self, connection: DuckDBPyConnection, entity: Entity) -> tuple[str, str] | None:
        """Schema and name of an entity's table; None where there is no such table."""
        return connection.execute(
            "from "
            + self._answer_to(
                "select nspname, relname from pg_class"
                " inner join pg_namespace on pg_namespace.oid = relnamespace"
                f" where pg_class.oid = to_regclass({literal(self._table_sql(entity))})"
            )
        ).fetchone()

    def deliver(
        self,
        connection: DuckDBPyConnection,
        entity: Entity,
        columns: list[str],
        blocks: Blocks = ALL_BLOCKS,
    ) -> DuckDBPyRelation:
        """The rows of these blocks; all rows of a table are scanned by several workers.

        They scan columns alone: what has to be read as text comes through one connection.
        """
        is_scannable = self._is_whole_table(entity) and all(
            self.found[entity.name][column].read == "{}" for column in columns
        )
        if blocks is not ALL_BLOCKS or not is_scannable:
            return super().deliver(connection, entity, columns, blocks)
        schema, table = self._table_of(connection, entity)
        scanned = f"{ATTACHED}.{self._quoted(schema)}.{self._quoted(table)}"
        listed = self._listed(entity, columns)
        return connection.sql(f"select {listed}, cast(null as varchar) as _line from {scanned}")

    def computes_fingerprints(self, entity: Entity) -> bool:
        """Where keys are whole numbers."""
        key = [self.found[entity.name][column] for column in entity.key]
        return all(column.type in INTEGERS and column.read == "{}" for column in key)

    def fingerprints(
        self, connection: DuckDBPyConnection, entity: Entity, columns: list[str], blocks: Blocks
    ) -> DuckDBPyRelation:
        """By the sum of 64-bit hashes of whole rows, so that one of 2^64 edits goes unseen.

        A row's hash is hashed: that of a record, a sum over its columns, is the same in total when
        two rows swap a value. The subquery hides from the planner that the blocks are made of ids:
        it would expect as many of them as ids, and have one process group what all workers scan.
        """
        found = self.found[entity.name]
        values = ", ".join(_hashed(found[column], self._quoted(column)) for column in columns)
        query = f"""
            select block, count(*) as row_count, sum(hash)::text as checksum
            from (
                select
                    id::bigint >> {BLOCK_BITS} as block,
                    hashint8extended(0, hash_record_extended(row({values}), 0)) as hash
                from ({self._query(entity, columns, blocks)}) as entity
                offset bigint '0'
            ) as hashed
            group by 1
        """
        with _one_thread(connection):
            connection.execute(
                f"create or replace temp table server_fingerprints as from {self._answer_to(query)}"
            )
        return connection.table("server_fingerprints")


@contextmanager
def _one_thread(connection: DuckDBPyConnection) -> Iterator[None]:
    """Give DuckDB one thread: while one waits for a server, a second would spin on another core."""
    with connection.cursor() as beside:  # its transaction is not aborted where the other's is
        (threads,) = beside.execute("select current_setting('threads')").fetchone()
        beside.execute("set threads = 1")
        try:
            yield
        finally:
            beside.execute(f"set threads = {threads}")


def _reading(type_name: str) -> str:
    """The SQL that reads a column of PostgreSQL's type without loss."""
    if type_name in CARRIED:
        return "{}"
    return "{}::bigint::text" if type_name == "bit" else "{}::text"


def _hashed(column: Column, value: str) -> str:
    """The SQL of what a column's value is hashed as, so that all its bits count.

    The server makes 32 bits of a number of 64 before it hashes them, takes texts for equal that
    their collation does, and can't hash JSON.
    """
    if column.type == "VARCHAR" or column.read != "{}":
        return f'{value}::text collate "C"'
    sent = SENT.get(column.type)
    return value if sent is None else f"{sent}({value})"
