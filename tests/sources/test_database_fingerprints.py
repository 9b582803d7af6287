"""Fingerprints that a server computes: each edit shows in them, and all its workers share them."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import psycopg
import pytest
from support import databases
from support.database_servers import change, create
from support.databases import Rows, quoted

from orchestration.sources import open_source
from orchestration.sources.base import ALL_BLOCKS, Source

LEDGER = databases.entity("loyalty_transactions")
TABLE = "loyalty_management_loyaltytransaction"
POSTGRES_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
BOTH_HALVES = (1 << 32) + 1
"""What PostgreSQL's own hash of 64 bits overlooks: it is of one half xor the other."""


@pytest.mark.parametrize("kind", ["postgresql", "mysql"])
def test_every_edit_shows(
    kind: str, programme: tuple[Path, Rows], tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = create(kind, "edits", programme[1], tmp_path, request)
    source = open_source(url, tmp_path)
    first, second = (row[0] for row in programme[1]["loyalty_transactions"][:2])
    microseconds = (datetime(2024, 3, 1, 10, tzinfo=UTC) - POSTGRES_EPOCH) // timedelta.resolution
    instants = [
        (POSTGRES_EPOCH + value * timedelta.resolution).replace(tzinfo=None)
        for value in (microseconds, microseconds ^ BOTH_HALVES)
    ]
    edits = (
        *[f"client_id = {number}" for number in (2, 2 ^ BOTH_HALVES)],
        *[f"{quoted(url, 'timestamp')} = '{instant}'" for instant in instants],
        *[f"reason = {text}" for text in ("'bonus'", "'BONUS'", "''", "null", "'null'")],
        *[f"client_id = case id when {first} then {one} else {5 - one} end" for one in (2, 3)],
    )
    with change(url) as execute:
        if kind == "postgresql":
            execute(
                "create collation regardless"
                " (provider = icu, locale = 'und-u-ks-level2', deterministic = false)"
            )
            execute(f"alter table {TABLE} alter reason type varchar(50) collate regardless")
        known = [_fingerprints(source)]
        for edit in edits:
            execute(f"update {TABLE} set {edit} where id in ({first}, {second})")
            known.append(_fingerprints(source))
            assert known[-1] not in known[:-1], edit


def test_all_workers_group_what_they_scan(
    programme: tuple[Path, Rows],
    tmp_path: Path,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    url = create("postgresql", "workers", programme[1], tmp_path, request)
    source, queries = open_source(url, tmp_path), []
    answer_to = source._answer_to
    monkeypatch.setattr(
        source, "_answer_to", lambda query: queries.append(query) or answer_to(query)
    )
    _fingerprints(source)
    with change(url) as execute:
        execute(f"insert into {TABLE} (id) select * from generate_series(1000000, 1020000)")
        execute(f"analyze {TABLE}")
    with psycopg.connect(url) as connection:
        for setting in ("min_parallel_table_scan_size", "parallel_setup_cost"):
            connection.execute(f"set {setting} = 0")
        plan = "\n".join(line for (line,) in connection.execute(f"explain {queries[-1]}"))
    assert "Partial HashAggregate" in plan


def _fingerprints(source: Source) -> list[tuple[object, ...]]:
    with duckdb.connect() as connection, source.reading(connection):
        connection.begin()
        columns = source.columns(connection, LEDGER)
        told = source.fingerprints(connection, LEDGER, columns, ALL_BLOCKS).order("all").fetchall()
        connection.commit()
        return told
