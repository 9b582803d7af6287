"""dbt's own tests on Spark: they pass, and what breaks a rule fails there too."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from support.datasets import write_dataset
from support.replay import DEFAULTS, open_warehouse
from support.spark_builds import build_tables, call_dbt
from support.spark_marks import needs_spark

from orchestration.pull.load_raw import load_raw
from orchestration.sources.files.folder import FilesSource
from orchestration.transform.spark.build import NOT_ON_SPARK

pytestmark = needs_spark

OF_DUCKDB = "tag:duckdb"
"""Unit tests about what DuckDB alone has."""
WARNS = "assert_cached_balances_agree"
"""The test that only warns, as it does on DuckDB."""


@dataclass
class Lakehouse:
    """A session, and the tables that dbt built in it."""

    session: Any
    folder: Path
    tables: Path

    def test(self, *selected: str) -> dict[str, Any]:
        """What came of each test among the selected ones that Spark has."""
        chosen = ("--select", *selected, "--exclude", *NOT_ON_SPARK, OF_DUCKDB)
        options = ("--target", "spark", "--profiles-dir", "dbt_project")
        return call_dbt(self.folder, self.tables, "test", *options, *chosen)


@pytest.fixture(scope="module")
def lakehouse(session: Any, tmp_path_factory: pytest.TempPathFactory) -> Lakehouse:
    """All tables of a dirty delivery of every entity, in native types."""
    folder = tmp_path_factory.mktemp("lakehouse")
    write_dataset(folder / "source", seed=4, file_format="parquet")
    with open_warehouse(":memory:", ":memory:") as connection:
        load_raw(connection, FilesSource(folder / "source"), DEFAULTS)
        return Lakehouse(session, folder, build_tables(connection, folder))


def faults(results: dict[str, Any]) -> dict[str, str]:
    """Each test that did not pass, and why."""
    return {
        name: f"{each.status} {each.message}"
        for name, each in results.items()
        if each.status != "pass"
    }


def test_a_join_below_a_union_below_an_aggregate_can_be_read(session: Any) -> None:
    rows = "(select cast('1' as bigint) as id union all select cast('2' as bigint))"
    joined = f"select a.id from {rows} as a cross join {rows} as b union all select id from {rows}"
    assert session.sql(f"select distinct id from ({joined})").count() == 2


def test_every_unit_test_passes(lakehouse: Lakehouse) -> None:
    results = lakehouse.test("test_type:unit")
    assert faults(results) == {}
    assert len(results) > 200


def test_every_data_test_passes(lakehouse: Lakehouse) -> None:
    results = lakehouse.test("test_type:data")
    assert set(faults(results)) == {WARNS}
    assert results[WARNS].status == "warn"
    assert len(results) > 150


def test_broken_rows_fail(lakehouse: Lakehouse) -> None:
    for table in ("main.dim_windows", "main.fct_points_daily"):
        rows = lakehouse.session.table(table)
        copied = lakehouse.session.createDataFrame(rows.limit(1).collect(), rows.schema)
        copied.write.insertInto(table)
    results = lakehouse.test("dim_windows,test_type:generic", "fct_points_daily,test_type:data")
    assert {name for name, each in results.items() if each.status == "fail"} == {
        "assert_points_conserved_daily",
        "assert_points_equal_valid_transactions",
        "unique_combination_fct_points_daily_website_id__date",
        "unique_dim_windows_window_days",
    }
