"""Real database servers for tests, and one programme in the Django application's tables."""

import getpass
import os
import shutil
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import duckdb
import pymysql
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from orchestration.sources.contract import ENTITIES, Entity, kind_of
from orchestration.sources.databases.django import TABLES
from support.datasets import write_dataset
from support.postgres_server import USER, free_port, has_postgres, postgres_server

KINDS = ("postgresql", "mysql", "sqlite", "duckdb")
PASSWORD = "s3cr'et@/ x"
"""Needs quoting in a URL, and is looked for wherever it must not be."""
QUOTED_PASSWORD = "s3cr%27et%40%2F%20x"
TYPES = {
    "postgresql": {"integer": "bigint", "decimal": "numeric(12, 2)", "instant": "timestamptz"},
    "mysql": {"integer": "bigint", "decimal": "decimal(12, 2)", "instant": "datetime(6)"},
    "sqlite": {"integer": "integer", "decimal": "decimal", "instant": "datetime"},
    "duckdb": {"integer": "bigint", "decimal": "decimal(12, 2)", "instant": "timestamptz"},
}
OTHERS = {
    "postgresql": {"boolean": "boolean", "json": "jsonb", "text": "text"},
    "mysql": {"boolean": "tinyint(1)", "json": "json", "text": "longtext"},
    "sqlite": {"boolean": "bool", "json": "text", "text": "text"},
    "duckdb": {"boolean": "boolean", "json": "json", "text": "varchar"},
}

Rows = dict[str, list[tuple[Any, ...]]]
Execute = Callable[[str, list[tuple[Any, ...]] | None], None]


def write_programme(directory: Path, seed: int = 0) -> Rows:
    """A programme as Parquet files of the contract's types, one row for each id; and its rows."""
    raw = directory / "raw"
    raw.mkdir(parents=True)
    write_dataset(raw, seed=seed, file_format="parquet")
    rows = {}
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        for entity in ENTITIES:
            delivered = connection.from_parquet(str(raw / f"{entity.name}.parquet"))
            values = ", ".join(
                f'{_read(column)} as "{column}"'
                if column in delivered.columns
                else f"cast(null as {TYPES_READ[kind_of(column)]}) as {column}"
                for column in entity.columns
            )
            delivered.create_view("delivered", replace=True)
            is_held = "id is not null"
            if entity.name == "wallet_conversions":  # the application knows the client by a wallet
                known = ", ".join(str(row[0]) for row in rows["clients"])
                is_held += f" and client_id in ({known})"
            typed = connection.sql(
                f"select distinct on (id) * from (select {values} from delivered)"
                f" where {is_held} order by all"
            )
            typed.write_parquet(str(directory / f"{entity.name}.parquet"))
            rows[entity.name] = connection.from_parquet(
                str(directory / f"{entity.name}.parquet")
            ).fetchall()
    shutil.rmtree(raw)
    return rows


PLAIN_CONFIG = r'[{]"(days|limit|chart)": ("[a-z0-9]+"|[0-9]+)[}]'
"""A config that every database's JSON type keeps as it is."""
TYPES_READ = {
    "integer": "bigint",
    "decimal": "decimal(12, 2)",
    "instant": "timestamptz",
    "boolean": "boolean",
    "json": "varchar",
    "text": "varchar",
}


def _read(column: str) -> str:
    """A value of the contract's type; what a typed column of a database could not hold is null."""
    text = f'cast("{column}" as varchar)'
    kind = kind_of(column)
    if kind == "instant":
        instant = f"try_cast({text} as timestamptz)"
        return f"case when year({instant}) between 1 and 9999 then {instant} end"
    if kind == "json":
        return f"if(regexp_full_match({text}, '{PLAIN_CONFIG}'), {text}, '{{}}')"
    if kind == "text":
        return f"replace({text}, chr(0), '')"
    return f"try_cast({text} as {TYPES_READ[kind]})"


def create_tables(kind: str, rows: Rows, execute: Execute) -> None:
    """The application's tables with these rows, and with columns and tables of no concern here."""
    mark = "`" if kind == "mysql" else '"'
    types = TYPES[kind] | OTHERS[kind]
    for entity in ENTITIES:
        if entity.name not in TABLES:
            continue
        columns = {column: types[kind_of(column)] for column in entity.columns}
        values = rows[entity.name]
        if entity.name == "clients":
            columns["user_id"] = types["integer"]
            values = [(*row, ~row[0]) for row in values]
        _create(kind, mark, TABLES[entity.name], columns, values, execute)
    clients = {row[0] for row in rows["clients"]}
    _create(
        kind,
        mark,
        "wallets_wallet",
        {"id": types["integer"], "owner_user_id": types["integer"]},
        [(client, ~client) for client in sorted(clients)],
        execute,
    )
    _create(
        kind,
        mark,
        "wallets_wallet_entry",
        {
            "id": types["integer"],
            "website_id": types["integer"],
            "wallet_id": types["integer"],
            "entry_type": "varchar(30)",
            "status": "varchar(20)",
            "amount": types["decimal"],
            "created_at": types["instant"],
            "metadata": types["json"],
        },
        list(_entries(rows["wallet_conversions"])),
        execute,
    )


def _entries(conversions: list[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    for number, website_id, client_id, points, amount, converted_at in conversions:
        key = "points" if number % 2 else "points_used"
        metadata = "{}" if points is None else f'{{"{key}": {points}, "other": "x"}}'
        yield (
            *(number, website_id, client_id, "loyalty_conversion", "posted", amount, converted_at),
            metadata,
        )
    yield (10**9, 1, None, "loyalty_conversion", "pending", 1, None, "{}")
    yield (10**9 + 1, 1, None, "deposit", "posted", 1, None, "{}")


def _create(
    kind: str,
    mark: str,
    table: str,
    columns: dict[str, str],
    rows: list[tuple[Any, ...]],
    execute: Execute,
) -> None:
    listed = ", ".join(
        f"{mark}{name}{mark} {type_name}{' primary key' if name == 'id' else ''}"
        for name, type_name in columns.items()
    )
    execute(f"create table {mark}{table}{mark} ({listed})", None)
    if rows:
        sign = "?" if kind in ("sqlite", "duckdb") else "%s"
        signs = ", ".join([sign] * len(columns))
        execute(f"insert into {mark}{table}{mark} values ({signs})", rows)


def spell_naive(value: object) -> object:
    """A value as Django writes it where a database knows no time zones."""
    if hasattr(value, "astimezone"):
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(" ")
    return value


def make_sqlite(path: Path, rows: Rows) -> str:
    """A SQLite file with the application's tables; its URL."""
    with closing(sqlite3.connect(path)) as connection:

        def execute(query: str, values: list[tuple[Any, ...]] | None) -> None:
            spelled = [
                tuple(str(v) if type(v).__name__ == "Decimal" else spell_naive(v) for v in row)
                for row in values or []
            ]
            connection.executemany(query, spelled) if values else connection.execute(query)

        create_tables("sqlite", rows, execute)
        connection.commit()
    return f"sqlite:///{path}"


def make_duckdb(path: Path, rows: Rows) -> str:
    """A DuckDB file with the application's tables; its URL."""
    with duckdb.connect(str(path)) as connection:
        connection.execute("set timezone = 'UTC'")
        connection.begin()
        create_tables(
            "duckdb",
            rows,
            lambda query, values: (
                connection.executemany(query, values) if values else connection.execute(query)
            ),
        )
        connection.commit()
    return f"duckdb:///{path}"


class Postgres:
    """A PostgreSQL server on a free loopback port."""

    kind = "postgresql"

    def __init__(self, port: int) -> None:
        self.port = port

    def url(self, database: str, user: str = "reader", password: str = QUOTED_PASSWORD) -> str:
        return f"postgresql://{user}:{password}@127.0.0.1:{self.port}/{database}"

    def connect(self, database: str = "postgres") -> Any:
        import psycopg

        return psycopg.connect(
            host="127.0.0.1", port=self.port, user=USER, dbname=database, autocommit=True
        )

    def create(self, database: str, rows: Rows) -> str:
        """A database with the application's tables, and a role that may only read; its URL."""
        with self.connect() as connection:
            connection.execute(f'create database "{database}"')
        with self.connect(database) as connection, connection.cursor() as cursor:

            def execute(query: str, values: list[tuple[Any, ...]] | None) -> None:
                cursor.executemany(query, values) if values else cursor.execute(query)

            create_tables("postgresql", rows, execute)
            cursor.execute("grant select on all tables in schema public to reader")
        return self.url(database)


class Mariadb:
    """A MariaDB server on a free loopback port."""

    kind = "mysql"

    def __init__(self, port: int, authority: Path | None = None) -> None:
        self.port = port
        self.authority = authority
        """The certificate of who signed the server's, which is for localhost alone."""

    def url(self, database: str, user: str = "reader", password: str = QUOTED_PASSWORD) -> str:
        return f"mysql://{user}:{password}@127.0.0.1:{self.port}/{database}"

    def connect(self, database: str | None = None) -> Any:
        return pymysql.connect(
            host="127.0.0.1",
            port=self.port,
            user="owner",
            password=PASSWORD,
            database=database,
            autocommit=True,
            charset="utf8mb4",
            init_command="set time_zone = '+00:00', sql_mode = ''",
        )

    def create(self, database: str, rows: Rows) -> str:
        """A database with the application's tables, and a role that may only read; its URL."""
        with closing(self.connect()) as connection, connection.cursor() as cursor:
            cursor.execute(f"create database `{database}` character set utf8mb4")
            cursor.execute(f"grant select on `{database}`.* to reader@'127.0.0.1'")
        with closing(self.connect(database)) as connection, connection.cursor() as cursor:

            def execute(query: str, values: list[tuple[Any, ...]] | None) -> None:
                spelled = [tuple(spell_naive(value) for value in row) for row in values or []]
                cursor.executemany(query, spelled) if values else cursor.execute(query)

            create_tables("mysql", rows, execute)
        return self.url(database)


@contextmanager
def run_postgres() -> Iterator[Postgres]:
    """A server that lives as long as the context; the test is left out where there is none."""
    if not has_postgres():
        pytest.skip("no PostgreSQL server: install the package postgresql")
    with postgres_server(fsync="off") as url:
        postgres = Postgres(urlsplit(url).port)
        with postgres.connect() as connection:
            quoted = PASSWORD.replace("'", "''")
            connection.execute(f"create role reader login password '{quoted}'")
        yield postgres


@contextmanager
def run_mariadb() -> Iterator[Mariadb]:
    """A server that lives as long as the context; the test is left out where there is none."""
    if shutil.which("mariadbd") is None:
        pytest.skip("no MariaDB server: install the package mariadb-server")
    with _folder("mysql") as (folder, user):
        data, port = folder / "data", free_port()
        name = user.get("user", getpass.getuser())
        _call({}, "mariadb-install-db", "--no-defaults", f"--user={name}", f"--datadir={data}")
        quoted = PASSWORD.replace("'", "''")
        (folder / "init.sql").write_text(
            f"create user owner@'127.0.0.1' identified by '{quoted}';\n"
            "grant all on *.* to owner@'127.0.0.1' with grant option;\n"
            f"create user reader@'127.0.0.1' identified by '{quoted}';\n"
        )
        (folder / "init.sql").chmod(0o644)
        _certify(folder)
        server = subprocess.Popen(
            [
                *("mariadbd", "--no-defaults", f"--datadir={data}", f"--port={port}"),
                *("--bind-address=127.0.0.1", f"--socket={folder / 'socket'}"),
                f"--init-file={folder / 'init.sql'}",
                *(f"--ssl-cert={folder / 'cert.pem'}", f"--ssl-key={folder / 'key.pem'}"),
            ],
            stderr=subprocess.DEVNULL,
            **user,
        )
        mariadb = Mariadb(port, folder / "cert.pem")
        with _stopping(server):
            _wait(lambda: mariadb.connect().close())
            yield mariadb


def _certify(folder: Path) -> None:
    """A certificate for localhost that vouches for itself, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2120, 1, 1, tzinfo=UTC))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    (folder / "cert.pem").write_bytes(certificate.public_bytes(pem))
    (folder / "key.pem").write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    for file in ("cert.pem", "key.pem"):
        (folder / file).chmod(0o644)


@contextmanager
def _folder(system_user: str) -> Iterator[tuple[Path, dict[str, str]]]:
    """A folder for a server, and who runs it: these servers refuse to be run by root."""
    folder = Path(tempfile.mkdtemp(prefix="server-"))
    user = {}
    if os.getuid() == 0:
        user = {"user": system_user}
        shutil.chown(folder, system_user)
    try:
        yield folder, user
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _stopping(server: subprocess.Popen) -> Iterator[None]:
    try:
        yield
    finally:
        server.terminate()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def _call(user: dict[str, str], *command: object) -> None:
    subprocess.run(list(map(str, command)), check=True, capture_output=True, cwd="/", **user)


def _wait(connect: Callable[[], object]) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            connect()
            return
        except Exception:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def entity(name: str) -> Entity:
    """An entity of the contract by its name."""
    return next(entity for entity in ENTITIES if entity.name == name)


def create(kind: str, name: str, rows: Rows, folder: Path, request: pytest.FixtureRequest) -> str:
    """A database of this kind with the application's tables; its URL."""
    if kind == "sqlite":
        return make_sqlite(folder / f"{name}.sqlite", rows)
    if kind == "duckdb":
        return make_duckdb(folder / f"{name}.duckdb", rows)
    server = request.getfixturevalue("postgres" if kind == "postgresql" else "mariadb")
    return server.create(name, rows)


@contextmanager
def change(url: str) -> Iterator[Callable[[str], object]]:
    """Execute statements as the application does, beside whoever reads."""
    parts = urlsplit(url)
    name = parts.path.removeprefix("/")
    match parts.scheme:
        case "postgresql":
            with Postgres(parts.port).connect(name) as connection:
                yield connection.execute
        case "mysql":
            with closing(Mariadb(parts.port).connect(name)) as connection:
                yield connection.cursor().execute
        case "sqlite":
            with closing(sqlite3.connect(name, isolation_level=None)) as connection:
                yield connection.execute
        case _:

            def execute(statement: str) -> None:
                with duckdb.connect(name) as connection:
                    connection.execute("set timezone = 'UTC'")
                    connection.execute(statement)

            yield execute


def quoted(url: str, name: str) -> str:
    """A name as the database quotes it."""
    return f"`{name}`" if url.startswith("mysql") else f'"{name}"'
