"""Databases as sources: each entity is a SELECT in the database's own SQL, all in one snapshot.

PostgreSQL, SQLite and DuckDB are read through DuckDB's extensions. MySQL is read by a client of
its own: the extension sends what it is told to (fingerprints, SELECTs of a mapping) outside the
transaction of its scans, so that no snapshot would hold them together.
"""

import importlib.util
import re
import sqlite3
from abc import abstractmethod
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

import duckdb
from duckdb import DuckDBPyConnection, DuckDBPyRelation

from orchestration.errors import SourceError, UsageError
from orchestration.secrets import without_password
from orchestration.sources.contract import ENTITIES, Entity, kind_of
from orchestration.sources.mapping import Mapped, read_mapping
from orchestration.sources.source import ALL_BLOCKS, BLOCK_BITS, BLOCK_IDS, Blocks, Source
from orchestration.sources.text import Row, text_rows

ATTACHED = "loyalty_source"
TABLES = {
    "websites": "websites_website",
    "clients": "client_management_clientprofile",
    "loyalty_tiers": "loyalty_management_loyaltytier",
    "loyalty_transactions": "loyalty_management_loyaltytransaction",
    "redemption_categories": "loyalty_management_redemptioncategory",
    "redemption_items": "loyalty_management_redemptionitem",
    "redemption_requests": "loyalty_management_redemptionrequest",
    "dashboard_widgets": "loyalty_management_dashboardwidget",
}
"""Where the Django application keeps the entities."""
CONVERSIONS = """
    select
        entries.id,
        entries.website_id,
        clients.id as client_id,
        coalesce({points}, {points_used}) as points,
        entries.amount,
        entries.created_at as converted_at
    from wallets_wallet_entry as entries
    left join wallets_wallet as wallets on entries.wallet_id = wallets.id
    left join client_management_clientprofile as clients on wallets.owner_user_id = clients.user_id
    where entries.entry_type = 'loyalty_conversion' and entries.status = 'posted'
"""
"""Wallet conversions have no table of their own there."""
TYPES = {
    "integer": ("INT", "DECIMAL", "DOUBLE", "FLOAT"),
    "decimal": ("INT", "DECIMAL", "DOUBLE", "FLOAT"),
    "instant": ("TIMESTAMP", "DATE"),
}
"""What the type of a table's column has in its name, by what the contract reads from it."""
NOISE = re.compile(
    r'^\w+ Error: |Unable to connect to Postgres at ".*?": |Failed to \w+ \w+ ".*?": |ERROR:',
    re.DOTALL,
)
"""What DuckDB puts before a database's own words."""
MISSING = ("does not exist", "doesn't exist", "no such table")


READ_SECONDS = 3600
"""How long MySQL may take to answer."""


def open_database(url: str, scratch: Path, mapping: Path | None) -> "DatabaseSource | None":
    """The source behind a database's URL; none where the URL names no kind of database.

    Raises `UsageError` for a faulty mapping, `SourceError` for a URL that can't serve.
    """
    mapped = {} if mapping is None else read_mapping(mapping)
    match url.partition(":")[0]:
        case "postgresql" | "postgres":
            return PostgresSource(url, mapped)
        case "mysql" | "mariadb":
            return MysqlSource(url, mapped)
        case "sqlite":
            return SqliteSource(url, mapped, scratch)
        case "duckdb":
            return DuckdbSource(url, mapped)
    return None


class DatabaseSource(Source):
    """A database. Its identity is its URL without user, password and options."""

    errors = (*Source.errors, OSError)
    quote_mark = '"'
    json_text: str
    """The SQL of the text in the JSON column `metadata` under {key}; null where there is none."""

    def __init__(self, url: str, mapped: dict[str, Mapped]) -> None:
        """Take the URL apart; nothing is connected before it is read."""
        self.url = url
        try:
            self.parts = urlsplit(url)
            self.identity = self._identify()
        except ValueError as error:
            raise SourceError(
                f"the source's URL can't be read: {without_password(str(error), url)}"
            ) from None
        self.mapped = mapped
        self.types: dict[str, dict[str, str]] = {}
        """The columns with their types, of each entity that is there."""
        self.extras: dict[str, list[str]] = {}
        self.problems: dict[str, SourceError] = {}
        """Why an entity can't be delivered."""

    def _identify(self) -> str:
        address = self.parts.hostname or ""
        if self.parts.port is not None:
            address += f":{self.parts.port}"
        return f"{self.parts.scheme}://{address}{self.parts.path}"

    @contextmanager
    def reading(self, connection: DuckDBPyConnection) -> Iterator[None]:
        """Connect, look at every table, and hold one snapshot.

        Raises `SourceError` where the database can't be reached.
        """
        with self._connected(connection):
            for entity in ENTITIES:
                try:
                    self._describe(connection, entity)
                except SourceError as problem:
                    self.problems[entity.name] = problem
            yield

    @contextmanager
    def _connected(self, connection: DuckDBPyConnection) -> Iterator[None]:
        try:
            self._connect(connection)
        except (*self.errors, ValueError) as error:  # the latter for options that can't be read
            raise self._unusable(error) from None
        try:
            yield
        finally:
            self._disconnect(connection)

    @abstractmethod
    def _connect(self, connection: DuckDBPyConnection) -> None:
        """Connect, to read only."""

    @abstractmethod
    def _disconnect(self, connection: DuckDBPyConnection) -> None:
        """Let go of the database."""

    @abstractmethod
    def _types(self, connection: DuckDBPyConnection, query: str) -> dict[str, str]:
        """The columns of a query with their types."""

    @abstractmethod
    def _rows(
        self, connection: DuckDBPyConnection, query: str, columns: list[str]
    ) -> DuckDBPyRelation:
        """The rows of a query, with `_line`."""

    def _describe(self, connection: DuckDBPyConnection, entity: Entity) -> None:
        try:
            found = self._types(connection, f"select * from {self._from(entity)} limit 0")
        except self.errors as error:
            is_missing = any(text in str(error) for text in MISSING)
            if not is_missing:
                raise self._unusable(error, entity) from None
            if entity.is_optional and entity.name not in self.mapped:
                return
            raise SourceError(
                f"{self.identity}: the entity {entity.name} is missing: {self.origin(entity)} does"
                " not exist; a mapping (LOYALTY_MAPPING) names yours"
            ) from None
        for column, named in self.mapping_of(entity).columns.items():
            if named not in found:
                raise SourceError(
                    f"{self.identity}: {self.origin(entity)} has no column {named}, which the"
                    f" mapping names as {column} of {entity.name}"
                )
        names = {column: self._named(entity, column) for column in entity.columns}
        self.types[entity.name] = {
            column: found[name] for column, name in names.items() if name in found
        }
        self.extras[entity.name] = [name for name in found if name not in names.values()]
        if self._select(entity) is None:
            self._check_types(entity)
        self._check_condition(connection, entity)

    def _check_condition(self, connection: DuckDBPyConnection, entity: Entity) -> None:
        """Refuse a condition of the mapping that the database can't follow."""
        where = self.mapping_of(entity).where
        if where is not None:
            try:
                self._types(connection, f"select * from {self._counted(entity)} limit 0")
            except self.errors as error:
                raise SourceError(
                    f"{self.identity}: the condition `where: {where}` of {entity.name} fails in"
                    f" {self.origin(entity)}: {self.tell(error)}"
                ) from None

    def _check_types(self, entity: Entity) -> None:
        """Refuse required columns of a table from which no value of theirs can be read."""
        for column in entity.required:
            wanted = TYPES.get(kind_of(column))
            found = self.types[entity.name].get(column)
            if wanted and found and not any(name in found for name in wanted):
                raise SourceError(
                    f"{self.identity}: {column} of {entity.name} has the wrong type {found} in"
                    f" {self.origin(entity)}; a mapping may give the entity as a SELECT that casts"
                )

    def has(self, entity: Entity) -> bool:
        """Whether the database has the entity's table."""
        return entity.name in self.types or entity.name in self.problems

    def columns(self, connection: DuckDBPyConnection, entity: Entity) -> list[str]:
        """The contract's columns that the table or SELECT has."""
        if entity.name in self.problems:
            raise self.problems[entity.name]
        return list(self.types[entity.name])

    def extra_columns(self, entity: Entity) -> list[str]:
        """The columns that nothing reads."""
        return self.extras.get(entity.name, [])

    def origin(self, entity: Entity) -> str:
        """Where the entity comes from, for people."""
        if self._select(entity) is None:
            return self._table(entity)
        return "SELECT of the mapping" if entity.name in self.mapped else "wallets_wallet_entry"

    def _select(self, entity: Entity) -> str | None:
        """The SELECT that gives the entity; none where a table does."""
        mapped = self.mapping_of(entity)
        if mapped.select is None and mapped.table is None and entity.name not in TABLES:
            points, used = (self.json_text.format(key=key) for key in ("points", "points_used"))
            return CONVERSIONS.format(points=points, points_used=used)
        return mapped.select

    def _table(self, entity: Entity) -> str:
        return self.mapping_of(entity).table or TABLES[entity.name]

    def _from(self, entity: Entity) -> str:
        """What a query has after `from` to read the entity."""
        select = self._select(entity)
        if select is not None:
            return f"({select}\n) as entity"
        return ".".join(self._quoted(part) for part in self._table(entity).split("."))

    def _counted(self, entity: Entity) -> str:
        """The same of the rows alone that meet the condition of a mapping."""
        where = self.mapping_of(entity).where
        if where is None:
            return self._from(entity)
        return f"(select * from {self._from(entity)} where ({where}\n)) as counted"

    def _query(self, entity: Entity, columns: list[str], blocks: Blocks) -> str:
        """The SELECT of the contract's columns of the entity's rows in these blocks."""
        query = f"select {self._listed(entity, columns)} from {self._counted(entity)}"
        if blocks is ALL_BLOCKS or not self.computes_fingerprints(entity):
            return query
        return f"{query} where {blocks.id_condition(self._quoted(self._named(entity, 'id')))}"

    def _listed(self, entity: Entity, columns: list[str]) -> str:
        return ", ".join(
            f"{self._quoted(self._named(entity, column))} as {self._quoted(column)}"
            for column in columns
        )

    def _named(self, entity: Entity, column: str) -> str:
        """What the table calls a column of the contract."""
        return self.mapping_of(entity).columns.get(column, column)

    def _quoted(self, name: str) -> str:
        mark = self.quote_mark
        return f"{mark}{name.replace(mark, mark * 2)}{mark}"

    def deliver(
        self,
        connection: DuckDBPyConnection,
        entity: Entity,
        columns: list[str],
        blocks: Blocks = ALL_BLOCKS,
    ) -> DuckDBPyRelation:
        """The rows of these blocks, as the snapshot has them."""
        return self._rows(connection, self._query(entity, columns, blocks), columns)

    def tell(self, error: Exception) -> str:
        """The database's own words, without the password."""
        return without_password(super().tell(error), self.url)

    def _unusable(self, error: Exception, entity: Entity | None = None) -> SourceError:
        where = f" {entity.name} can't be read from {self.origin(entity)}:" if entity else ""
        return SourceError(f"{self.identity}:{where} {self.tell(error)}")


class AttachedSource(DatabaseSource):
    """A database that DuckDB attaches."""

    extension: str | None = None
    """The DuckDB extension that reads it, and the extra of this project that installs it."""
    extra: str

    def _load(self, connection: DuckDBPyConnection) -> None:
        """Load the extension: the one that pip installed, else DuckDB's own download."""
        package = importlib.util.find_spec(f"duckdb_extension_{self.extension}")
        if package is not None and package.origin is not None:
            path = (
                Path(package.origin).parent
                / f"extensions/v{duckdb.__version__}/{self.extension}.duckdb_extension"
            )
            if path.exists():
                connection.execute(f"load {_text(str(path))}")
                return
        try:
            connection.execute(f"install {self.extension}; load {self.extension}")
        except duckdb.Error:
            raise SourceError(
                f"{self.identity}: DuckDB's extension {self.extension} {duckdb.__version__} isn't"
                f" installed; use pip install 'loyalty-analytics[{self.extra}]'"
            ) from None

    def _attach(self, connection: DuckDBPyConnection, address: str, options: str) -> None:
        connection.execute(f"attach {_text(address)} as {ATTACHED} ({options}read_only)")

    def _disconnect(self, connection: DuckDBPyConnection) -> None:
        connection.execute(f"detach {ATTACHED}")

    @abstractmethod
    def _asked(self, query: str) -> str:
        """What a query has after `from` to have the database answer another in its own SQL."""

    def _rows(
        self, connection: DuckDBPyConnection, query: str, columns: list[str]
    ) -> DuckDBPyRelation:
        return connection.sql(f"select *, cast(null as varchar) as _line from {self._asked(query)}")

    def _types(self, connection: DuckDBPyConnection, query: str) -> dict[str, str]:
        relation = connection.sql(f"from {self._asked(query)}")
        relation.fetchall()  # only now are permissions looked at
        return dict(zip(relation.columns, map(str, relation.types), strict=True))

    def tell(self, error: Exception) -> str:
        """The database's words without DuckDB's around them."""
        return super().tell(Exception(NOISE.sub("", str(error))))


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
        return f"postgres_query('{ATTACHED}', {_text(query)})"

    def deliver(
        self,
        connection: DuckDBPyConnection,
        entity: Entity,
        columns: list[str],
        blocks: Blocks = ALL_BLOCKS,
    ) -> DuckDBPyRelation:
        """The rows of these blocks; all rows of a table are scanned by several workers."""
        is_table = self._select(entity) is None and self.mapping_of(entity).where is None
        if blocks is not ALL_BLOCKS or not is_table:
            return super().deliver(connection, entity, columns, blocks)
        schema, table = connection.execute(
            "from "
            + self._asked(
                "select nspname, relname from pg_class"
                " inner join pg_namespace on pg_namespace.oid = relnamespace"
                f" where pg_class.oid = to_regclass({_text(self._from(entity))})"
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


class SqliteSource(AttachedSource):
    """A SQLite file: a copy of it is read, so that its application is not kept from writing."""

    errors = (*AttachedSource.errors, sqlite3.Error)
    extension = "sqlite_scanner"
    extra = "sqlite"
    json_text = (
        "case when json_valid(entries.metadata) then json_extract(entries.metadata, '$.{key}') end"
    )

    def __init__(self, url: str, mapped: dict[str, Mapped], scratch: Path) -> None:
        """Name the file and the folder for its copy."""
        super().__init__(url, mapped)
        self.copy = scratch / "source.sqlite"

    def _identify(self) -> str:
        return f"sqlite:///{_file(self.parts.path)}"

    def _connect(self, connection: DuckDBPyConnection) -> None:
        self._load(connection)
        self.copy.parent.mkdir(parents=True, exist_ok=True)
        address = f"{_file(self.parts.path).as_uri()}?mode=ro"
        with (
            closing(sqlite3.connect(address, uri=True)) as original,
            closing(sqlite3.connect(self.copy)) as copy,
        ):
            original.backup(copy)
        self._attach(connection, str(self.copy), "type sqlite, ")

    def _disconnect(self, connection: DuckDBPyConnection) -> None:
        super()._disconnect(connection)
        self.copy.unlink()

    def _asked(self, query: str) -> str:
        return f"sqlite_query('{ATTACHED}', {_text(query)})"

    def _check_types(self, entity: Entity) -> None:
        """SQLite's columns hold values of any type: each value is judged."""

    def _rows(
        self, connection: DuckDBPyConnection, query: str, columns: list[str]
    ) -> DuckDBPyRelation:
        """Text of every value; bytes that are no text travel as hexadecimal digits."""
        names = [self._quoted(column) for column in columns]
        digits = ", ".join(
            f"case when {name} is not null then hex(cast({name} as blob)) end as {name}"
            for name in names
        )
        texts = ", ".join(f"try(decode(unhex({name}))) as {name}" for name in names)
        is_lost = " or ".join(
            f"({name} is not null and try(decode(unhex({name}))) is null)" for name in names
        )
        asked = self._asked(f"select {digits} from ({query})")
        return connection.sql(
            f"select {texts}, case when {is_lost} then concat_ws(',', {', '.join(names)}) end"
            f" as _line from {asked}"
        )


class DuckdbSource(AttachedSource):
    """A DuckDB file. SELECTs of a mapping name its tables as if it were the only database."""

    json_text = (
        "case when json_valid(cast(entries.metadata as varchar))"
        " then cast(entries.metadata as json) ->> '$.{key}' end"
    )

    def _identify(self) -> str:
        return f"duckdb:///{_file(self.parts.path)}"

    def _connect(self, connection: DuckDBPyConnection) -> None:
        path = _file(self.parts.path)
        if not path.exists():
            raise SourceError(f"{self.identity}: there is no such file")
        self._attach(connection, str(path), "")
        (own,) = connection.execute("select current_database()").fetchone()
        connection.execute(f"set search_path = '{own}.main,{ATTACHED}.main'")

    def _disconnect(self, connection: DuckDBPyConnection) -> None:
        (own,) = connection.execute("select current_database()").fetchone()
        connection.execute(f"set search_path = '{own}.main'")
        super()._disconnect(connection)

    def _asked(self, query: str) -> str:
        return f"({query})"


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


def _file(path: str) -> Path:
    """The file of a URL with three slashes: what follows them, from the root after a fourth."""
    name = unquote(path.removeprefix("/"))
    if not name:
        raise UsageError("the source's URL names no file; write sqlite:///PATH or duckdb:///PATH")
    return Path(name).expanduser().absolute()


def _text(value: str) -> str:
    """A text as an SQL literal."""
    return "'" + value.replace("'", "''") + "'"
