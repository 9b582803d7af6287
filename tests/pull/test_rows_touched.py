"""What a run touches stays proportional to what changed, counted in rows rather than seconds."""

from pathlib import Path

import duckdb
import pytest
from support.replay import Replay, open_warehouse
from support.yardsticks.generate import generate

from orchestration.sources.blocks import BLOCK_IDS

CLIENTS = 2_000
NEW_ROWS = 300


@pytest.mark.parametrize("rows", [100_000, 300_000])
def test_a_new_day_touches_its_own_rows(tmp_path: Path, replay: Replay, rows: int) -> None:
    generate(tmp_path, rows, CLIENTS)
    with open_warehouse(":memory:", ":memory:") as warehouse:
        replay.run(warehouse, tmp_path)
        generate(tmp_path, rows, CLIENTS, extra_rows=NEW_ROWS)
        pull = replay.run(warehouse, tmp_path)

        ledger = pull.entities["loyalty_transactions"]
        assert pull.mode == "incremental"
        assert (ledger.added, ledger.changed, ledger.removed) == (NEW_ROWS, 0, 0)
        assert ledger.written == NEW_ROWS
        assert ledger.read <= 2 * BLOCK_IDS
        assert count(warehouse, "intermediate.int_changed_transactions") == NEW_ROWS
        assert count(warehouse, "intermediate.int_changed_client_days") <= NEW_ROWS
        assert count(warehouse, "intermediate.int_changed_client_totals") <= NEW_ROWS
        assert count(warehouse, "intermediate.int_changed_client_tiers") <= NEW_ROWS
        assert count(warehouse, "intermediate.int_changed_cohorts") == 0
        assert count(warehouse, "intermediate.int_changed_dates") <= 3


def test_an_edit_long_ago_touches_one_client(tmp_path: Path, replay: Replay) -> None:
    generate(tmp_path, 100_000, CLIENTS)
    with open_warehouse(":memory:", ":memory:") as warehouse:
        replay.run(warehouse, tmp_path)
        path = tmp_path / "loyalty_transactions.parquet"
        with duckdb.connect() as connection:
            connection.execute("set timezone = 'UTC'")
            connection.execute(
                "create table ledger as select * replace (if(id = 5000, 777, points) as points)"
                f" from '{path}' order by id"
            )
            connection.execute(f"copy ledger to '{path}' (format parquet)")
        pull = replay.run(warehouse, tmp_path)

        ledger = pull.entities["loyalty_transactions"]
        assert (ledger.added, ledger.changed, ledger.removed) == (0, 1, 0)
        assert ledger.read <= 2 * BLOCK_IDS
        assert count(warehouse, "intermediate.int_changed_client_days") == 1
        assert count(warehouse, "intermediate.int_changed_client_totals") == 1
        assert count(warehouse, "intermediate.int_changed_client_tiers") == 1
        assert count(warehouse, "intermediate.int_changed_cohorts") == 0


def count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    return connection.table(table).count("*").fetchone()[0]
