"""Databases that others have locked, and the time-outs of servers and roles."""

import logging
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import duckdb
import pytest
from support import databases
from support.database_servers import Mariadb, Postgres, change, create
from support.databases import KINDS, Rows
from support.replay import DEFAULTS

from orchestration.errors import SourceError
from orchestration.pull.load_raw import load_raw
from orchestration.sources import open_source
from orchestration.sources.databases import base

LEDGER = "loyalty_management_loyaltytransaction"
WRITER = """
import duckdb, sys
with duckdb.connect(sys.argv[1]) as connection:
    print("locked", flush=True)
    sys.stdin.readline()
"""
WAITED_FOR = {"postgresql": LEDGER, "mysql": LEDGER, "sqlite": "the file", "duckdb": "the file"}

Release = Callable[[], None]


class Telling(logging.Handler):
    """Keeps what is told, and lets go of the lock then."""

    def __init__(self, release: Release) -> None:
        super().__init__()
        self.release, self.told = release, []

    def emit(self, record: logging.LogRecord) -> None:
        self.told.append(record.getMessage())
        self.release()


@pytest.mark.parametrize("kind", KINDS)
def test_a_lock_is_waited_for_and_named(
    kind: str,
    programme: tuple[Path, Rows],
    tmp_path: Path,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(base, "PATIENCE_SECONDS", 0.5)
    url = create(kind, "awaited", programme[1], tmp_path, request)
    with locked(url) as release, duckdb.connect() as connection:
        telling = Telling(release)
        base.log.addHandler(telling)
        try:
            load_raw(connection, open_source(url, tmp_path / "scratch"), DEFAULTS)
        finally:
            base.log.removeHandler(telling)
        ledger = connection.table("raw.loyalty_transactions")
        assert len(ledger) == len(programme[1]["loyalty_transactions"])
    assert any(
        "waiting up to 60 seconds (LOYALTY_SOURCE_TIMEOUT_SECONDS) for "
        f"{WAITED_FOR[kind]}, which seems to be locked" in told
        for told in telling.told
    )


@pytest.mark.parametrize("kind", KINDS)
def test_a_lock_is_not_waited_for_without_end(
    kind: str, programme: tuple[Path, Rows], tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = create(kind, "locked", programme[1], tmp_path, request)
    source = open_source(url, tmp_path / "scratch", timeout_seconds=1)
    with locked(url), duckdb.connect() as connection, pytest.raises(SourceError) as raised:
        load_raw(connection, source, DEFAULTS)
    assert (
        f"{source.identity}: {WAITED_FOR[kind]} gave no answer within 1 seconds"
        " (LOYALTY_SOURCE_TIMEOUT_SECONDS): "
    ) in str(raised.value)
    assert "lock" in str(raised.value).rpartition("): ")[2].lower()
    assert source.problems == {}, "other tables were asked for after it"
    assert "\n" not in str(raised.value)


def test_a_lock_that_comes_in_the_middle_of_a_pull_ends_it(
    postgres: Postgres, programme: tuple[Path, Rows], tmp_path: Path
) -> None:
    url = postgres.create("late lock", programme[1]).replace(" ", "%20")
    source = open_source(url, tmp_path, timeout_seconds=0.5)
    ledger = databases.entity("loyalty_transactions")
    with duckdb.connect() as connection, source.reading(connection):
        connection.begin()
        with postgres.connect("late lock") as owner, owner.transaction():
            owner.execute(f"lock table {LEDGER} in access exclusive mode")
            with pytest.raises(source.errors, match="lock timeout"):
                source.deliver(connection, ledger, ["id", "points"]).fetchall()
        connection.rollback()


def test_time_outs_of_a_role_do_not_cut_a_pull(
    postgres: Postgres, programme: tuple[Path, Rows], tmp_path: Path
) -> None:
    url = postgres.create("impatient", programme[1])
    with postgres.connect("impatient") as owner:
        for name in ("statement_timeout", "idle_in_transaction_session_timeout"):
            owner.execute(f"alter role reader in database impatient set {name} = '100ms'")
        owner.execute("alter table websites_website rename to sites")
        owner.execute("create view websites_website as select sites.* from sites, pg_sleep(0.3)")
        owner.execute("grant select on websites_website to reader")
    source = open_source(url, tmp_path)
    with duckdb.connect() as connection, source.reading(connection):
        websites, tiers = map(databases.entity, ("websites", "loyalty_tiers"))
        connection.begin()
        source.deliver(connection, tiers, ["id"]).fetchall()
        with postgres.connect() as owner:  # our transaction is idle meanwhile
            owner.execute("select pg_sleep(0.3)")
        assert source.deliver(connection, websites, ["id", "name"]).fetchall()
        assert source.deliver(connection, tiers, ["id", "name"]).fetchall()
        connection.commit()


def test_time_outs_of_mysql_do_not_cut_a_pull(
    mariadb: Mariadb, programme: tuple[Path, Rows], tmp_path: Path
) -> None:
    url = mariadb.create("impatient", programme[1])
    names = ("wait_timeout", "net_write_timeout", "idle_transaction_timeout", "max_statement_time")
    source = open_source(url, tmp_path, timeout_seconds=7.5)
    with duckdb.connect() as connection, change(url) as execute:
        for name in names:
            execute(f"set global {name} = 5")
        try:
            with source.reading(connection):
                listed = ", ".join(f"@@session.{name}" for name in ("lock_wait_timeout", *names))
                ((found, _),) = source._read(f"select {listed}", ["lock_wait_timeout", *names])
        finally:
            for name in names:
                execute(f"set global {name} = default")
    assert found == {
        "lock_wait_timeout": "8",
        "wait_timeout": "3600",
        "net_write_timeout": "3600",
        "idle_transaction_timeout": "0",
        "max_statement_time": "0.000000",
    }


@contextmanager
def locked(url: str) -> Iterator[Release]:
    """What the application has locked for itself, until it is released."""
    parts = urlsplit(url)
    name = parts.path.removeprefix("/")
    match parts.scheme:
        case "postgresql":
            with Postgres(parts.port).connect(name) as connection:
                connection.execute("begin")
                connection.execute(f"lock table {LEDGER} in access exclusive mode")
                yield lambda: connection.rollback()
        case "mysql":
            connection = Mariadb(parts.port).connect(name)
            connection.cursor().execute(f"lock tables {LEDGER} write")
            yield lambda: connection.cursor().execute("unlock tables")
            connection.close()
        case "sqlite":
            connection = sqlite3.connect(name, isolation_level=None, check_same_thread=False)
            connection.execute("begin exclusive")
            yield connection.rollback
            connection.close()
        case _:
            with subprocess.Popen(
                [sys.executable, "-c", WRITER, name],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            ) as writer:
                assert writer.stdout.readline() == "locked\n"
                yield lambda: print(file=writer.stdin, flush=True)
                writer.stdin.close()
