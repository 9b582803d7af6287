"""Partition overwrite on plain Parquet, tried on one model: how Spark could follow a change.

No run does so; docs/spark-at-scale.md says what stands against it.
"""

from pathlib import Path
from typing import Any

import duckdb
import pytest
from support.spark_marks import deep, needs_spark

from orchestration.transform.compiled_models import full_build

MODEL = '"warehouse"."intermediate"."int_points_daily"'
READS = '"marts"."main"."fct_client_days"'
MODE = "spark.sql.sources.partitionOverwriteMode"
DAYS = """
    select
        1 + client_id % 2 as website_id, client_id, date,
        10 * client_id as issued, 0 as refunded, client_id as redeemed, 0 as deducted,
        9 * client_id as net, 2 as transactions
    from range(1, 9) as clients (client_id)
    cross join (
        select date '2024-01-01' + cast(day as integer) as date from range(0, 121) as days (day)
    ) as dates
"""
"""Client-days from January to April 2024."""

pytestmark = [needs_spark, deep]


def model() -> str:
    """The model's SQL, which both engines read, over `client_days`."""
    (statement,) = (text for text in full_build() if f"table {MODEL} as" in text)
    return statement.partition(f"{MODEL} as")[2].rpartition(";")[0].replace(READS, "client_days")


class Points:
    """The model as a table of Spark with a partition for each month."""

    def __init__(self, session: Any, folder: Path) -> None:
        self._session = session
        self._folder = folder
        session.conf.set(MODE, "dynamic")
        session.sql("drop table if exists points")
        session.sql(
            "create table points (website_id bigint, date date, issued bigint, refunded bigint,"
            " redeemed bigint, deducted bigint, net bigint, transactions bigint, clients bigint,"
            f" month date) using parquet partitioned by (month) location '{folder}'"
        )

    def build(self, days: str, months: str = "") -> None:
        """Overwrite the partitions of all months, or of some, with what the model makes of days."""
        only = f"where trunc(date, 'MM') in ({months})" if months else ""
        self._session.sql(
            f"create or replace temporary view client_days as select * from ({days}) {only}"
        )
        self._session.sql(
            "insert overwrite table points partition (month)"
            f" select *, trunc(date, 'MM') as month from ({model()})"
        )

    def drop(self, month: str) -> None:
        """Remove a month's partition."""
        self._session.sql(f"alter table points drop partition (month = {month})")

    def rows(self) -> list[Any]:
        """All rows, in order."""
        return sorted(self._session.table("points").collect())

    def files(self, month: str) -> set[str]:
        """The names of a month's files, which tell who wrote them."""
        return {path.name for path in (self._folder / f"month={month}").glob("*.parquet")}


@pytest.fixture
def points(session: Any, tmp_path: Path) -> Points:
    return Points(session, tmp_path / "points")


def full_rows(days: str) -> list[tuple[Any, ...]]:
    """What DuckDB makes of these days, with the month."""
    with duckdb.connect() as connection:
        connection.execute(f"create view client_days as {days}")
        return connection.execute(
            f"select *, cast(date_trunc('month', date) as date) from ({model()}) order by all"
        ).fetchall()


def test_months_of_changed_dates_take_the_place_of_what_they_were(points: Points) -> None:
    points.build(DAYS)
    assert list(map(tuple, points.rows())) == full_rows(DAYS)
    untouched = points.files("2024-01-01")

    late = f"""
        {DAYS}
        union all
        select 1, 99, date '2024-02-10', 7, 0, 0, 0, 7, 1
        union all
        select 2, 99, date '2024-05-01', 7, 0, 0, 0, 7, 1
    """
    points.build(late, months="date '2024-02-01', date '2024-05-01'")

    assert list(map(tuple, points.rows())) == full_rows(late)
    assert points.files("2024-01-01") == untouched


def test_a_month_that_is_empty_now_has_to_be_dropped(points: Points) -> None:
    points.build(DAYS)
    without = f"select * from ({DAYS}) as days where date < date '2024-04-01'"

    points.build(without, months="date '2024-04-01'")
    assert list(map(tuple, points.rows())) == full_rows(DAYS)

    points.drop("date '2024-04-01'")
    assert list(map(tuple, points.rows())) == full_rows(without)
