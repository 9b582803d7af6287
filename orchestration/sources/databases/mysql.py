"""MySQL and MariaDB as sources."""

import math
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote

from duckdb import DuckDBPyConnection, DuckDBPyRelation

from api_export.payloads.limits import MAX_EXACT_DOUBLE, MAX_EXACT_FLOAT
from orchestration.errors import SourceError
from orchestration.sources.blocks import BLOCK_IDS, Blocks
from orchestration.sources.contract import Entity
from orchestration.sources.databases.base import DatabaseSource
from orchestration.sources.databases.columns import INTEGERS, Column
from orchestration.sources.opening import Opening
from orchestration.sources.text_rows import Row, text_rows

READ_SECONDS = 3600
"""How long the server may take to answer, and may wait for the next question."""
SESSION = {
    "net_write_timeout": READ_SECONDS,
    "wait_timeout": READ_SECONDS,
    "max_statement_time": 0,
    "max_execution_time": 0,
    "idle_transaction_timeout": 0,
    "idle_readonly_transaction_timeout": 0,
}
"""Time-outs that would cut a snapshot; a server knows some of them."""
UNKNOWN_VARIABLE, NO_SUCH_TABLE, NO_SUCH_DATABASE = 1193, 1146, 1049
WHOLE_FLOATS = {"FLOAT": MAX_EXACT_FLOAT, "DOUBLE": MAX_EXACT_DOUBLE}
"""Up to here a type has every whole number; beyond, a value of it stands for several."""
WHOLE = """
    case
        when abs({0}) > {limit} then concat({0}, 'e0')
        when {0} = round({0}) then cast({0} as decimal(20))
        else {0}
    end
"""
"""A float as text: whole numbers with all digits, where the server writes six of a FLOAT."""
TYPES = {
    **dict.fromkeys(("TINY", "SHORT", "INT24", "LONG", "YEAR"), "INTEGER"),
    **dict.fromkeys(("STRING", "VAR_STRING", "TINY_BLOB", "MEDIUM_BLOB", "LONG_BLOB"), "VARCHAR"),
    **{"BLOB": "VARCHAR", "LONGLONG": "BIGINT", "NEWDECIMAL": "DECIMAL", "DATETIME": "TIMESTAMP"},
}
"""DuckDB's names of types that the client calls otherwise."""


class MysqlSource(DatabaseSource):
    """MySQL or MariaDB: values as text, in UTC, over one connection and in one transaction."""

    quote_mark = "`"
    json_text = "nullif(json_unquote(json_extract(entries.metadata, '$.{key}')), 'null')"
    option_names = (
        *("sslmode", "ssl_ca", "ssl_cert", "ssl_key"),
        *("schema", "unix_socket", "connect_timeout"),
    )

    def __init__(self, opening: Opening) -> None:
        """Raise `SourceError` where the client isn't installed."""
        super().__init__(opening)
        try:
            from pymysql import MySQLError
        except ImportError:
            raise SourceError(
                f"{self.identity}: PyMySQL isn't installed;"
                " use pip install 'loyalty-analytics[mysql]'"
            ) from None
        self.errors = (*DatabaseSource.errors, MySQLError)

    @contextmanager
    def reading(self, connection: DuckDBPyConnection) -> Iterator[None]:
        """Begin the snapshot when all tables have answered: none was locked before it then."""
        with super().reading(connection):
            try:
                self._execute("start transaction with consistent snapshot, read only")
            except self.errors as error:
                raise self._unusable(error) from None
            yield

    def _connect(self, connection: DuckDBPyConnection) -> None:
        import pymysql

        options = self.parts.options
        timeout = int(options.get("connect_timeout", 10))
        arguments = {
            "host": self.parts.host or "127.0.0.1",
            "port": self.parts.port or 3306,
            "unix_socket": options.get("unix_socket"),
            "user": self.parts.user,
            "password": self.parts.password,
            "database": self.parts.schema or unquote(self.parts.path.removeprefix("/")),
            "charset": "utf8mb4",
            "conv": pymysql.converters.encoders,  # what arrives stays text
            "connect_timeout": timeout,
            "init_command": "set time_zone = '+00:00'",
            "cursorclass": pymysql.cursors.SSCursor,
            "ssl": self._tls(),
            "ssl_disabled": options.get("sslmode") == "disable",
        }
        # A greeting takes no longer than a connection; a fingerprint of a large table does.
        pymysql.connect(**arguments, read_timeout=timeout).close()
        self.server = pymysql.connect(**arguments, read_timeout=READ_SECONDS)
        self._execute("set session transaction isolation level repeatable read")
        self._execute(f"set session lock_wait_timeout = {math.ceil(self.timeout_seconds)}")
        for variable, seconds in SESSION.items():
            try:
                self._execute(f"set session {variable} = {seconds}")
            except pymysql.MySQLError as error:
                if error.args[0] != UNKNOWN_VARIABLE:
                    raise

    def _tls(self) -> ssl.SSLContext | None:
        """How TLS is enforced; None where it is used if the server offers it, or not at all.

        Where a CA is given, or the mode verifies, the server's certificate is checked, and the
        host's name with it unless the mode is verify-ca.
        """
        options = self.parts.options
        mode, authority = options.get("sslmode"), options.get("ssl_ca")
        certificate = options.get("ssl_cert")
        is_verified = authority is not None or mode in ("verify-ca", "verify-full")
        is_required = is_verified or mode == "require" or certificate is not None
        if mode == "disable" or not is_required:
            return None
        for name in options.keys() & {"ssl_ca", "ssl_cert", "ssl_key"}:
            if not Path(options[name]).exists():
                raise SourceError(f"{self.identity}: {name}: there is no file {options[name]}")
        context = ssl.create_default_context(cafile=authority)
        context.verify_flags &= ~ssl.VERIFY_X509_STRICT  # the servers' own CAs don't pass it
        context.check_hostname = is_verified and mode != "verify-ca"
        context.verify_mode = ssl.CERT_REQUIRED if is_verified else ssl.CERT_NONE
        if certificate is not None:
            context.load_cert_chain(certificate, options.get("ssl_key"))
        return context

    def _disconnect(self, connection: DuckDBPyConnection) -> None:
        self.server.close()

    def describe_error(self, error: Exception) -> str:
        """The server's words without their number."""
        is_numbered = len(error.args) > 1 and isinstance(error.args[0], int)
        return super().describe_error(Exception(error.args[1]) if is_numbered else error)

    def _execute(self, query: str) -> None:
        with self.server.cursor() as cursor:
            cursor.execute(query)

    def _columns(self, connection: DuckDBPyConnection, query: str) -> dict[str, Column]:
        from pymysql.constants import FIELD_TYPE

        types: dict[int, str] = {}
        for name, number in vars(FIELD_TYPE).items():
            if name.isupper():
                types.setdefault(number, name)  # later names are aliases
        with self.server.cursor() as cursor:
            cursor.execute(query)
            return {name: _column(types[number]) for name, number, *_ in cursor.description}

    def _has_table(self, connection: DuckDBPyConnection, entity: Entity, error: Exception) -> bool:
        return error.args[:1] not in ((NO_SUCH_TABLE,), (NO_SUCH_DATABASE,))

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
        """Where keys are whole numbers."""
        found = self.found[entity.name]
        return all(found[column].type in INTEGERS for column in entity.key)

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


def _column(type_name: str) -> Column:
    """A column of MySQL's type."""
    column = Column(TYPES.get(type_name, type_name))
    if column.type == "BIT":
        return Column(column.type, "{} + 0")
    if limit := WHOLE_FLOATS.get(column.type):
        return Column(column.type, WHOLE.replace("{limit}", str(limit)))
    return column


def _text_row(values: dict[str, str | bytes | None]) -> Row:
    """The values as text; bytes that aren't text are lost to it, and kept in the line."""
    texts: dict[str, str | None] = {}
    has_lost = False
    for column, value in values.items():
        try:
            texts[column] = value.decode() if isinstance(value, bytes) else value
        except UnicodeDecodeError:
            texts[column], has_lost = None, True
    return texts, repr(list(values.values())) if has_lost else None
