"""Real database servers, databases of every kind, and who writes to them meanwhile."""

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

from support.databases import Rows, create_tables, make_duckdb, make_sqlite, spell_naive
from support.postgres_server import USER, free_port, has_postgres, postgres_server

PASSWORD = "s3cr'et@/ x"
"""Needs quoting in a URL, and is looked for wherever it must not be."""
QUOTED_PASSWORD = "s3cr%27et%40%2F%20x"


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
        """A database with the application's tables, and a role that may only read; its URL.

        It takes the place of one of this name: a worker may come back to a module whose it was.
        """
        with self.connect() as connection:
            connection.execute(f'drop database if exists "{database}" with (force)')
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
        """A database with the application's tables, and a role that may only read; its URL.

        It takes the place of one of this name, likewise.
        """
        with closing(self.connect()) as connection, connection.cursor() as cursor:
            cursor.execute(f"drop database if exists `{database}`")
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
