"""What a pull makes of files that change in ways of their own."""

import random
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support.replay import DEFAULTS, Replay, open_warehouse
from support.yardsticks.generate import generate

from orchestration.errors import SourceError
from orchestration.pull.load_raw import load_raw
from orchestration.sources.contract import Entity
from orchestration.sources.files.folder import FilesSource

ROWS, CLIENTS = 2_000, 50


def test_other_types_lead_to_a_full_build_that_follows_no_change(
    tmp_path: Path, replay: Replay
) -> None:
    generate(tmp_path, ROWS, CLIENTS)
    with open_warehouse(":memory:", ":memory:") as warehouse:
        replay.run(warehouse, tmp_path)
        generate(tmp_path, ROWS, CLIENTS, extra_rows=10)
        items = tmp_path / "redemption_items.parquet"
        with duckdb.connect() as connection:
            connection.execute(f"create table items as select columns(*)::varchar from '{items}'")
            connection.execute(f"copy items to '{items}' (format parquet)")
        pull = replay.run(warehouse, tmp_path)
        assert pull.mode == "full"
        assert "redemption_items in other types" in pull.reason
        assert pull.entities["loyalty_transactions"].added == 10
        assert warehouse.execute("from intermediate.int_changed_client_days").fetchall() == []


def test_a_file_that_is_replaced_while_it_is_read_stops_the_pull(tmp_path: Path) -> None:
    source, later = tmp_path / "source", tmp_path / "later"
    for directory in (source, later):
        directory.mkdir()
    generate(source, ROWS, CLIENTS)
    generate(later, ROWS, CLIENTS, extra_rows=10)
    ledger = "loyalty_transactions.parquet"

    class Replaced(FilesSource):
        """The folder of an application that writes its ledger during the pull."""

        def has(self, entity: Entity) -> bool:
            if entity.name == "redemption_requests" and (later / ledger).exists():
                (later / ledger).replace(source / ledger)
            return super().has(entity)

    with open_warehouse(":memory:", ":memory:") as warehouse:
        with pytest.raises(SourceError, match=f"{ledger} changed while it was read"):
            load_raw(warehouse, Replaced(source), DEFAULTS)
        assert warehouse.execute("select table_name from duckdb_tables()").fetchall() == []
        load_raw(warehouse, FilesSource(source), DEFAULTS)
        assert warehouse.table("raw.loyalty_transactions").count("*").fetchone() == (ROWS + 10,)


def test_rows_of_one_key_are_numbered_however_many_columns_it_has(tmp_path: Path) -> None:
    """As plain SQL numbers them, though most rows are never sorted."""
    rng = random.Random(7)
    keys = [(rng.randint(-3, 3), rng.randint(-99, 99)) for _ in range(400)]
    keys += [*rng.choices(keys, k=60), (1, None), (1, None), (None, 1), (None, None), (5, 2**62)]
    members = pa.table(
        {
            "campaign_id": [key[0] for key in keys],
            "client_id": [None if key[1] is None else f"{key[1]}.0" for key in keys],
            "arm": rng.choices(["treatment", "control", None], k=len(keys)),
        }
    )
    generate(tmp_path, ROWS, CLIENTS)
    pq.write_table(members, tmp_path / "campaign_members.parquet")
    with duckdb.connect() as connection:
        load_raw(connection, FilesSource(tmp_path), DEFAULTS)
        found = connection.execute(
            "select campaign_id, client_id, arm, _copy_number from raw.campaign_members"
            " order by all"
        ).fetchall()
        assert (
            found
            == connection.execute(
                "select *, row_number() over (partition by campaign_id, client_id order by arm)"
                " from members order by all"
            ).fetchall()
        )
