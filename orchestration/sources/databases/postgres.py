"""PostgreSQL as a source."""

from urllib.parse import parse_qsl, quote, urlencode

from duckdb import DuckDBPyConnection, DuckDBPyRelation

from orchestration.sources.contract import Entity
from orchestration.sources.databases.attached import ATTACHED, AttachedSource, literal
from orchestration.sources.source import ALL_BLOCKS, BLOCK_BITS, Blocks


class PostgresSource(AttachedSource):
    """PostgreSQL 14 or newer: rows through parallel scans, fingerprints by the server."""

    extension = "postgres_scanner"
    extra = "postgres"
    json_text = "entries.metadata ->> '{key}'"
    connection_defaults = (
        ("application_name", "loyalty-analytics"),
        ("connect_timeout", "10"),
        ("keepalives_idle", "30"),
        ("keepalives_interval", "10"),
        ("keepalives_count", "3"),
    )

    def _connect(self, connection: DuckDBPyConnection) -> None:
        self._load(connection)
        options = dict(self.connection_defaults) | dict(parse_qsl(self.parts.query))
        address = self.parts._replace(query=urlencode(options, quote_via=quote)).geturl()
        self._attach(connection, address, "type postgres, ")

    def _asked(self, query: str) -> str:
        return f"postgres_query('{ATTACHED}', {literal(query)})"

    def deliver(
        self,
        connection: DuckDBPyConnection,
        entity: Entity,
        columns: list[str],
        blocks: Blocks = ALL_BLOCKS,
    ) -> DuckDBPyRelation:
        """The rows of these blocks; all rows of a table are scanned by several workers."""
        if blocks is not ALL_BLOCKS or self._select(entity) is not None:
            return super().deliver(connection, entity, columns, blocks)
        schema, table = connection.execute(
            "from "
            + self._asked(
                "select nspname, relname from pg_class"
                " inner join pg_namespace on pg_namespace.oid = relnamespace"
                f" where pg_class.oid = to_regclass({literal(self._from(entity))})"
            )
        ).fetchone()
        scanned = f"{ATTACHED}.{self._quoted(schema)}.{self._quoted(table)}"
        listed = self._listed(entity, columns)
        return connection.sql(f"select {listed}, cast(null as varchar) as _line from {scanned}")

    def computes_fingerprints(self, entity: Entity) -> bool:
        """Where ids are whole numbers."""
        return "INT" in self.types[entity.name]["id"]

    def fingerprints(
        self, connection: DuckDBPyConnection, entity: Entity, columns: list[str], blocks: Blocks
    ) -> DuckDBPyRelation:
        """By hashes of whole rows; text, JSON and the like as text, since not all can be hashed."""
        # The planner takes every id for a block of its own, and would sort the table by them.
        connection.execute(
            "from "
            + self._asked(
                "select set_config('enable_sort', 'off', true) as a,"
                " set_config('parallel_setup_cost', '0', true) as b,"
                " set_config('parallel_tuple_cost', '0', true) as c,"
                " set_config('jit', 'off', true) as d"
            )
        ).fetchall()
        types = self.types[entity.name]
        values = ", ".join(
            f"{self._quoted(column)}::text" if types[column] == "VARCHAR" else self._quoted(column)
            for column in columns
        )
        return connection.sql(
            "from "
            + self._asked(
                f"""
                select
                    id >> {BLOCK_BITS} as block,
                    count(*) as row_count,
                    sum(hash)::text || '/' || bit_xor(hash)::text as checksum
                from (
                    select id::bigint as id, hash_record_extended(row({values}), 0) as hash
                    from ({self._query(entity, columns, blocks)}) as entity
                ) as hashed
                group by 1
                """
            )
        )
