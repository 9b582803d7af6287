"""What a run touches stays proportional to what changed, counted in rows rather than seconds."""

from pathlib import Path

import duckdb
import pytest
from support.replay import Replay, open_warehouse
from support.yardsticks.generate import generate

from orchestration.sources.blocks import BLOCK_IDS

CLIENTS = 2_000
NEW_ROWS = 300
TAKINGS = "marts.main.fct_lot_takings"
CHANGED = "intermediate.int_changed_client_days"


@pytest.mark.parametrize("rows", [100_000, 300_000])
def test_a_new_day_touches_its_own_rows(tmp_path: Path, replay: Replay, rows: int) -> None:
    generate(tmp_path, rows, CLIENTS)
    with open_warehouse(":memory:", ":memory:") as warehouse:
        replay.run(warehouse, tmp_path)
        (last_row,) = warehouse.execute(f"select max(rowid) from {TAKINGS}").fetchone()
        generate(tmp_path, rows, CLIENTS, extra_rows=NEW_ROWS)
        pull = replay.run(warehouse, tmp_path)

        ledger = pull.entities["loyalty_transactions"]
        assert pull.mode == "incremental"
        assert (ledger.added, ledger.changed, ledger.removed) == (NEW_ROWS, 0, 0)
        assert ledger.written == NEW_ROWS
        assert ledger.read <= 2 * BLOCK_IDS
        assert count(warehouse, "intermediate.int_changed_transactions") == NEW_ROWS
        assert count(warehouse, CHANGED) <= NEW_ROWS
        assert count(warehouse, "intermediate.int_changed_client_totals") <= NEW_ROWS
        assert count(warehouse, "intermediate.int_changed_client_tiers") <= NEW_ROWS
        assert count(warehouse, "intermediate.int_changed_cohorts") == 0
        assert count(warehouse, "intermediate.int_changed_dates") <= 3
        written = warehouse.execute(
            f"select count(*), count(*) filter (client_id not in (select client_id from {CHANGED}))"
            f" from {TAKINGS} where rowid > ?",
            [last_row],
        ).fetchone()
        assert written[0] > 0 and written[1] == 0


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
        assert count(warehouse, CHANGED) == 1
        assert count(warehouse, "intermediate.int_changed_client_totals") == 1
        assert count(warehouse, "intermediate.int_changed_client_tiers") == 1
        assert count(warehouse, "intermediate.int_changed_cohorts") == 0


def test_a_new_order_and_an_edited_one_touch_their_own_rows(tmp_path: Path, replay: Replay) -> None:
    generate(tmp_path, 1_000, CLIENTS)

    def write_orders(rows: int, amount: int) -> None:
        with duckdb.connect() as connection:
            connection.execute(
                f"""
                copy (
                    select
                        range as id, 1 as website_id, 4 + range % 12 * 4 as client_id,
                        timestamp '2024-01-01' + to_minutes(range) as ordered_at,
                        if(range = 5000, {amount}, 1) as amount
                    from range({rows})
                ) to '{tmp_path / "orders.parquet"}'
                """
            )

    with open_warehouse(":memory:", ":memory:") as warehouse:
        write_orders(100_000, amount=1)
        replay.run(warehouse, tmp_path)
        write_orders(100_300, amount=-2)
        pull = replay.run(warehouse, tmp_path)

        orders = pull.entities["orders"]
        assert pull.mode == "incremental"
        assert (orders.added, orders.changed, orders.removed) == (300, 1, 0)
        assert orders.read <= 3 * BLOCK_IDS
        assert count(warehouse, "intermediate.int_changed_orders") == 301
        assert count(warehouse, "intermediate.int_changed_order_dates") == 2
        assert count(warehouse, "marts.intermediate.int_orders_validated") == 100_300


def count(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    return connection.table(table).count("*").fetchone()[0]
