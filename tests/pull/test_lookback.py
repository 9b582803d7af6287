"""The daily schedule's look-back: which changes it sees, and which wait for all of history."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from support.commands import Loyalty
from support.programme import Programme, Row
from support.replay import Replay, open_warehouse

from orchestration.pipeline.assets.pull import PullConfig
from orchestration.settings import load_settings
from orchestration.sources.blocks import BLOCK_IDS

TICK = datetime(2024, 6, 30, 13, 30, tzinfo=UTC)
OLD, RECENT, FUTURE = "2024-03-01T12:00:00Z", "2024-06-20T12:00:00Z", "2199-01-01T00:00:00Z"
LOOKBACK = PullConfig(lookback_until=TICK.isoformat()).lookback(load_settings())


@pytest.fixture
def programme() -> Programme:
    """Transactions and requests of different dates, each in a block of its own."""
    programme = Programme()
    programme.rows["loyalty_transactions"] = [
        transaction(0, FUTURE),
        transaction(1, OLD),
        transaction(2, RECENT),
        transaction(3, FUTURE),
    ]
    programme.rows["redemption_requests"] = [
        request(1, "pending", OLD),
        request(2, "approved", OLD),
        request(3, "fulfilled", OLD),
        request(4, "fulfilled", RECENT),
    ]
    programme.rows["orders"] = [order(1, OLD), order(2, RECENT)]
    return programme


@pytest.fixture
def warehouse(
    replay: Replay, programme: Programme, tmp_path: Path
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A warehouse that has seen the programme as it is."""
    programme.write(tmp_path)
    with open_warehouse(":memory:", ":memory:") as connection:
        replay.run(connection, tmp_path)
        yield connection


def transaction(block: int, timestamp: str) -> Row:
    return {
        "id": block * BLOCK_IDS,
        "website_id": 1,
        "client_id": 2,
        "points": 10,
        "transaction_type": "add",
        "timestamp": timestamp,
    }


def request(block: int, status: str, requested_at: str) -> Row:
    return {
        "id": block * BLOCK_IDS,
        "website_id": 1,
        "client_id": 2,
        "item_id": 2,
        "points_used": 5,
        "status": status,
        "requested_at": requested_at,
    }


def order(block: int, ordered_at: str) -> Row:
    place = {"id": block * BLOCK_IDS, "website_id": 1, "client_id": 2}
    return {**place, "ordered_at": ordered_at, "amount": 10}


def test_it_reaches_back_the_days_that_are_set() -> None:
    assert LOOKBACK is not None
    assert (LOOKBACK.first, LOOKBACK.last) == (TICK - timedelta(days=45), TICK)


@pytest.mark.parametrize(
    ("entity", "index", "change", "is_seen"),
    [
        ("loyalty_transactions", 0, {"points": 11}, False),
        ("loyalty_transactions", 1, {"points": 11}, False),
        ("loyalty_transactions", 2, {"points": 11}, True),
        ("loyalty_transactions", 2, {"timestamp": OLD}, True),
        ("loyalty_transactions", 3, {"points": 11}, True),
        ("redemption_requests", 0, {"status": "fulfilled"}, True),
        ("redemption_requests", 1, {"status": "rejected"}, True),
        ("redemption_requests", 2, {"status": "cancelled"}, False),
        ("redemption_requests", 3, {"status": "cancelled"}, True),
        ("orders", 0, {"amount": 11}, False),
        ("orders", 1, {"margin": 11}, True),
    ],
    ids=[
        "a transaction of an old id waits though it is dated in the future",
        "an old transaction waits beside one of an older id that is dated in the future",
        "a recent transaction beside one dated in the future is seen",
        "a recent transaction that moves long back is seen",
        "a transaction of a later id is seen though it is dated in the future",
        "an old pending request is seen",
        "an old approved request is seen",
        "an old fulfilled request waits",
        "a recent fulfilled request is seen",
        "an old order waits",
        "a recent order is seen",
    ],
)
def test_a_change_is_seen_at_once_or_waits_for_all_history(
    replay: Replay,
    programme: Programme,
    warehouse: duckdb.DuckDBPyConnection,
    tmp_path: Path,
    entity: str,
    index: int,
    change: Row,
    is_seen: bool,
) -> None:
    programme.rows[entity][index] |= change
    programme.write(tmp_path)
    assert replay.run(warehouse, tmp_path, lookback=LOOKBACK).entities[entity].changed == is_seen
    assert replay.run(warehouse, tmp_path).entities[entity].changed == (not is_seen)


def test_new_rows_are_seen_whatever_their_date(
    replay: Replay, programme: Programme, warehouse: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    rows = programme.rows["loyalty_transactions"]
    rows += [transaction(4, OLD), transaction(5, RECENT), transaction(6, FUTURE)]
    programme.write(tmp_path)
    pull = replay.run(warehouse, tmp_path, lookback=LOOKBACK)
    assert pull.entities["loyalty_transactions"].added == 3


def test_a_row_dated_in_the_future_moves_nothing(
    replay: Replay, programme: Programme, warehouse: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    programme.rows["loyalty_transactions"].append(transaction(4, "2199-12-31T23:00:00Z"))
    programme.write(tmp_path)
    replay.run(warehouse, tmp_path, lookback=LOOKBACK)
    programme.rows["loyalty_transactions"][2]["points"] = 11
    programme.write(tmp_path)
    pull = replay.run(warehouse, tmp_path, lookback=LOOKBACK)
    assert pull.entities["loyalty_transactions"].changed == 1


def test_the_command_looks_back_from_as_of(
    programme: Programme, tmp_path: Path, loyalty: Loyalty
) -> None:
    source, workspace = tmp_path / "source", tmp_path / "workspace"
    source.mkdir()
    run = ("run", "--source", f"files:{source}", "--workspace", workspace, "--as-of", "2024-06-30")
    programme.write(source)
    assert loyalty(*run).returncode == 0
    programme.rows["loyalty_transactions"][1]["points"] = 11
    programme.write(source)
    assert "nothing changed" in loyalty(*run, "--lookback").stdout
    assert "1 changed" in loyalty(*run).stdout
