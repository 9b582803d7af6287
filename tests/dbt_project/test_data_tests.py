"""Data tests of more than one row pass on a full build, and fail on each fault."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from support.replay import Replay, open_warehouse

from orchestration.transform.dbt_command import call_dbt

DAYS = "marts.main.fct_client_days"
MIDDLE = f"""(
    select any_value(days.rowid)
    from {DAYS} as days
    inner join {DAYS} as later
        on days.client_id = later.client_id and days.date = later.previous_date
    where days.previous_date is not null
)"""
"""A day with one before it and one after it."""
CLIENT = f"(select client_id from {DAYS} where rowid = {MIDDLE})"
"""The client whose day it is."""
FAULTS = {
    "assert_client_days_run_on": (
        f"update {DAYS} set balance = balance + 1 where rowid = {MIDDLE}",
        f"update {DAYS} set lifetime_issued = lifetime_issued - 1 where rowid = {MIDDLE}",
        f"update {DAYS} set previous_date = previous_date - 1 where rowid = {MIDDLE}",
        f"update {DAYS} set previous_date = date where rowid = {MIDDLE}",
        f"update {DAYS} set previous_date = null where rowid = {MIDDLE}",
        f"insert into {DAYS} select * from {DAYS} where rowid = {MIDDLE}",
        f"insert into {DAYS} select * replace (website_id + 1 as website_id)"
        f" from {DAYS} where rowid = {MIDDLE}",
        f"insert into {DAYS} select * replace (null as website_id)"
        f" from {DAYS} where client_id = {CLIENT}",
        f"delete from {DAYS} where rowid = {MIDDLE}",
        f"delete from {DAYS} where previous_date is not null and date = (select as_of from run)",
        f"update {DAYS} set balance = balance + 1 where client_id = {CLIENT}",
        f"delete from marts.main.dim_clients where client_id = {CLIENT}",
    ),
    "assert_client_months_are_unique": (
        "insert into warehouse.intermediate.int_client_months"
        " select * from warehouse.intermediate.int_client_months limit 1",
    ),
    "assert_points_equal_valid_transactions": (
        "update marts.main.fct_points_daily set redeemed = redeemed + 1"
        " where date = (select as_of from run)",
        "update marts.main.fct_points_daily set transactions = transactions - 1"
        " where date = (select as_of from run)",
    ),
}


@pytest.fixture(scope="module")
def data_tests(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The SQL of each test named above."""
    scratch = tmp_path_factory.mktemp("compiled")
    chosen = ("compile", "--full-refresh", "--select", *FAULTS)
    done = call_dbt(*chosen, target=scratch, variables={"LOYALTY_WORKSPACE": str(scratch)})
    assert done.returncode == 0, done.stdout
    return {name: next(scratch.rglob(f"compiled/**/{name}.sql")).read_text() for name in FAULTS}


@pytest.fixture(scope="module")
def built(replay: Replay, dirty_source: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The tables of a full build."""
    with open_warehouse(":memory:", ":memory:") as connection:
        replay.run(connection, dirty_source)
        connection.execute("create temp view run as from warehouse.intermediate.int_run")
        yield connection


@pytest.mark.parametrize("name", FAULTS)
def test_a_full_build_passes(
    built: duckdb.DuckDBPyConnection, data_tests: dict[str, str], name: str
) -> None:
    assert built.execute(data_tests[name]).fetchall() == []


@pytest.mark.parametrize(
    ("name", "fault"), [(name, fault) for name, faults in FAULTS.items() for fault in faults]
)
def test_a_fault_fails(
    built: duckdb.DuckDBPyConnection, data_tests: dict[str, str], name: str, fault: str
) -> None:
    built.execute("begin")
    try:
        (changed,) = built.execute(fault).fetchone()
        assert changed > 0
        assert built.execute(data_tests[name]).fetchall() != []
    finally:
        built.execute("rollback")
