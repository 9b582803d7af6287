"""The benchmark's yardsticks, on a small programme: they count what the pipeline counts."""

import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from support.postgres_server import has_postgres
from support.replay import PROJECT, Replay
from support.yardsticks.generate import generate
from support.yardsticks.handwritten import find_differences
from support.yardsticks.web_application import load_dashboard

SCRIPTS = PROJECT / "tests/support/yardsticks"
ABOUT_RUNS = {
    *("fct_delivered_rows", "fct_excluded_points"),
    *("fct_published_figures", "fct_restatements"),
}
"""Marts of what was delivered and published before, which scripts without a memory don't have."""
FITTED = "forecast"
"""What is in the name of a mart of fitted models, which are no matter of SQL."""


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A programme with rows of every kind."""
    directory = tmp_path_factory.mktemp("programme")
    generate(directory, rows=50_000, clients=1_000)
    return directory


@pytest.fixture(scope="module")
def marts(replay: Replay, source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The pipeline's marts of it."""
    path = tmp_path_factory.mktemp("marts") / "marts.duckdb"
    replay.build(source, path)
    return path


@pytest.fixture
def database(source: Path, tmp_path: Path) -> Path:
    """The hand-written scripts' marts of it."""
    path = tmp_path / "handwritten.duckdb"
    run("handwritten.py", source, path)
    return path


def run(script: str, *arguments: Path) -> None:
    subprocess.run([sys.executable, SCRIPTS / script, *arguments], check=True)


def names_in(database: Path) -> set[str]:
    """The names of a database's own tables and views."""
    with duckdb.connect(str(database), read_only=True) as connection:
        names = connection.execute(
            "select table_name from information_schema.tables where table_schema = 'main'"
        ).fetchall()
    return {name for (name,) in names}


def test_the_hand_written_scripts_tell_the_same(database: Path, marts: Path) -> None:
    assert find_differences(database, marts) == []


def test_the_hand_written_scripts_leave_no_fact_out(database: Path, marts: Path) -> None:
    ours, theirs = (
        {name for name in names_in(path) if name.startswith("fct_")} for path in (marts, database)
    )
    assert {mart for mart in ours - theirs if FITTED not in mart} == ABOUT_RUNS


def test_differing_marts_and_payloads_are_named(database: Path, marts: Path) -> None:
    with duckdb.connect(str(database)) as connection:
        connection.execute("update fct_points_daily set issued = issued + 1 where website_id = 2")
        connection.execute("delete from payload_tier_distribution where tier_name = 'Gold'")
        connection.execute("insert into payload_overview from payload_overview where days = 7")
    assert find_differences(database, marts) == [
        "fct_points_daily",
        "tier_distribution",
        "overview 7",
    ]


def test_the_generator_leaves_no_mart_and_no_payload_empty(database: Path) -> None:
    with duckdb.connect(str(database), read_only=True) as connection:
        assert [name for name in names_in(database) if not connection.table(name).fetchone()] == []


def test_the_generator_makes_clients_of_every_segment_and_state(database: Path) -> None:
    with duckdb.connect(str(database), read_only=True) as connection:
        vacant = connection.execute(
            """
            select segment from payload_segments group by segment having sum(clients) = 0
            union all
            select state from payload_lifecycle group by state having sum(clients) = 0
            """
        ).fetchall()
    assert vacant == []


def test_pandas_tells_the_same(database: Path, source: Path, tmp_path: Path) -> None:
    run("data_scientist.py", source, tmp_path / "pandas")
    payloads = {
        "points_trend": "days = 30",
        "top_redemptions": "item_rank <= 10",
        "tier_distribution": "true",
        "engagement_stats": "days = 30",
    }
    with duckdb.connect(str(database), read_only=True) as connection:
        for name, condition in payloads.items():
            theirs = connection.read_parquet(f"{tmp_path}/pandas/{name}.parquet")
            ours = connection.table(f"payload_{name}").filter(condition)
            shared = ", ".join(column for column in theirs.columns if column in ours.columns)
            assert "website_id" in shared
            rows = (sorted(side.project(shared).fetchall()) for side in (ours, theirs))
            assert next(rows) == next(rows), name


def test_the_generator_makes_every_reason_that_a_ledger_row_can_have(marts: Path) -> None:
    with duckdb.connect(str(marts), read_only=True) as connection:
        reasons = connection.execute(
            "select distinct reason from quarantined_rows where entity = 'loyalty_transactions'"
        ).fetchall()
    assert {reason for (reason,) in reasons} == {
        *("invalid_value", "duplicate_id", "unknown_website", "unknown_client"),
        *("website_mismatch", "unknown_type", "sign_mismatch"),
    }


@pytest.mark.skipif(not has_postgres(), reason="PostgreSQL is not installed")
def test_the_web_application_answers_each_query(source: Path, marts: Path) -> None:
    with duckdb.connect(str(marts), read_only=True) as connection:
        (as_of,) = connection.execute("select as_of from dim_run").fetchone()
    assert len(load_dashboard(source, 1, as_of)) == 10
