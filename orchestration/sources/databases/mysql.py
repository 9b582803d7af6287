"""MySQL and MariaDB as sources."""

from collections.abc import Iterator
from urllib.parse import parse_qsl, unquote

from duckdb import DuckDBPyConnection, DuckDBPyRelation

from orchestration.errors import SourceError
from orchestration.sources.contract import Entity
from orchestration.sources.databases.base import DatabaseSource
from orchestration.sources.mapping import Mapped
from orchestration.sources.source import BLOCK_IDS, Blocks
from orchestration.sources.text import Row, text_rows

READ_SECONDS = 3600
"""How long MySQL may take to answer."""


class MysqlSource(DatabaseSource):
    """MySQL or MariaDB: values as text, in UTC, over one connection and in one transaction."""

    quote_mark = "`"
    json_text = "nullif(json_unquote(json_extract(entries.metadata, '$.{key}')), 'null')"
    option_names = ("ssl_ca", "ssl_cert", "ssl_key", "unix_socket", "connect_timeout")

    def __init__(self, url: str, mapped: dict[str, Mapped]) -> None:
        """Raise `SourceError` where the client isn't installed."""
        super().__init__(url, mapped)
        try:
            from pymysql import MySQLError
        except ImportError:
            raise SourceError(
                f"{self.identity}: PyMySQL isn't installed;"
                " use pip install 'loyalty-analytics[mysql]'"
            ) from None
        self.errors = (*DatabaseSource.errors, MySQLError)

    def _connect(self, connection: DuckDBPyConnection) -> None:
        import pymysql

        options = dict(parse_qsl(self.parts.query))
        unknown = options.keys() - set(self.option_names)
        if unknown:
            raise SourceError(
                f"{self.identity}: unknown options {', '.join(sorted(unknown))};"
                f" use {', '.join(self.option_names)}"
            )
        timeout = int(options.pop("connect_timeout", 10))
        arguments = {
            "host": self.parts.hostname or "127.0.0.1",
            "port": self.parts.port or 3306,
            "user": unquote(self.parts.username or ""),
            "password": unquote(self.parts.password or ""),
            "database": unquote(self.parts.path.removeprefix("/")),
            "charset": "utf8mb4",
            "conv": pymysql.converters.encoders,  # what arrives stays text
            "connect_timeout": timeout,
            "init_command": "set time_zone = '+00:00'",
            "cursorclass": pymysql.cursors.SSCursor,
            **options,
        }
        # A greeting takes no longer than a connection; a fingerprint of a large table does.
        pymysql.connect(**arguments, read_timeout=timeout).close()
        self.server = pymysql.connect(**arguments, read_timeout=READ_SECONDS)
        self._execute("set session transaction isolation level repeatable read")
        self._execute("start transaction with consistent snapshot, read only")

    def _disconnect(self, connection: DuckDBPyConnection) -> None:
        self.server.close()

    def tell(self, error: Exception) -> str:
        """The server's words without their number."""
        return super().tell(Exception(error.args[-1])) if error.args else super().tell(error)

    def _execute(self, query: str) -> None:
        with self.server.cursor() as cursor:
            cursor.execute(query)

    def _types(self, connection: DuckDBPyConnection, query: str) -> dict[str, str]:
        from pymysql.constants import FIELD_TYPE

        names = {
            number: {"LONG": "INTEGER", "LONGLONG": "BIGINT", "NEWDECIMAL": "DECIMAL"}.get(
                name, "INTEGER" if name in ("TINY", "SHORT", "INT24") else name
            ).replace("DATETIME", "TIMESTAMP")
            for name, number in vars(FIELD_TYPE).items()
            if isinstance(number, int)
        }
        with self.server.cursor() as cursor:
            cursor.execute(query)
            return {name: names[number] for name, number, *_ in cursor.description}

    def _rows(
        self, connection: DuckDBPyConnection, query: str, columns: list[str]
    ) -> DuckDBPyRelation:
        return text_rows(connection, self._read(query, columns), columns)

    def _read(self, query: str, columns: list[str]) -> Iterator[Row]:
        with self.server.cursor() as cursor:
            cursor.execute(query)
            for record in cursor.fetchall_unbuffered():
                yield _text_row(dict(zip(columns, record, strict=True)))

    def computes_fingerprints(self, entity: Entity) -> bool:
        """Where ids are whole numbers."""
        return self.types[entity.name]["id"] in ("INTEGER", "BIGINT")

    def fingerprints(
        self, connection: DuckDBPyConnection, entity: Entity, columns: list[str], blocks: Blocks
    ) -> DuckDBPyRelation:
        """By MD5 of the quoted values of each row."""
        values = ", ".join(f"quote({self._quoted(column)})" for column in columns)
        names = ["block", "row_count", "checksum"]
        query = f"""
            select floor(id / {BLOCK_IDS}), count(*), concat(sum(hash), '/', bit_xor(hash))
            from (
                select
                    id,
                    cast(conv(left(md5(concat_ws(',', {values})), 16), 16, 10) as unsigned) as hash
                from ({self._query(entity, columns, blocks)}) as entity
            ) as hashed
            group by 1
        """
        hashed = text_rows(connection, self._read(query, names), names, "fingerprint_text")
        return hashed.select(
            "cast(block as bigint) as block, cast(row_count as bigint) as row_count, checksum"
        )


def _text_row(values: dict[str, str | bytes | None]) -> Row:
    """The values as text; bytes that are no text are lost to it, and kept in the line."""
    texts: dict[str, str | None] = {}
    has_lost = False
    for column, value in values.items():
        try:
            texts[column] = value.decode() if isinstance(value, bytes) else value
        except UnicodeDecodeError:
            texts[column], has_lost = None, True
    return texts, repr(list(values.values())) if has_lost else None
