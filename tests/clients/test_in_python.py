"""Clients in Python, and DuckDB's command, answer from the published marts as the payloads do."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import ibis
import pandas
import polars
import pytest
import simplejson
import sqlalchemy
from support.questions import Question, as_texts

from orchestration.workspace.workspace import Workspace

Rows = Iterable[Iterable[Any]]
COMMAND = Path(sys.executable).with_name("duckdb")
BIG_AND_NONE = "select * from (values (9007199254740993), (null)) as ids (id)"
POINTS = "select sum(issued) as issued from fct_points_daily where website_id = 1"
WEBSITES = "select count(*) as websites from reports.rpt_websites"


def by_command(marts: Path, sql: str, **environment: str) -> Rows:
    done = subprocess.run(
        [COMMAND, "-readonly", "-json", marts, "-c", sql],
        env=os.environ | environment,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    return [list(row.values()) for row in simplejson.loads(done.stdout, use_decimal=True)]


def by_pandas(marts: Path, sql: str) -> Rows:
    with duckdb.connect(str(marts), read_only=True) as connection:
        table = connection.sql(sql).to_arrow_table()
    frame = table.to_pandas(types_mapper=pandas.ArrowDtype)
    return frame.astype(object).where(frame.notna(), None).to_numpy().tolist()


def by_polars(marts: Path, sql: str) -> Rows:
    with duckdb.connect(str(marts), read_only=True) as connection:
        return connection.sql(sql).pl().rows()


def by_ibis(marts: Path, sql: str) -> Rows:
    connection = ibis.duckdb.connect(marts, read_only=True)
    rows = connection.sql(sql).to_pyarrow().to_pylist()
    connection.disconnect()
    return [row.values() for row in rows]


def by_sqlalchemy(marts: Path, sql: str) -> Rows:
    engine = open_engine(marts)
    with engine.connect() as connection:
        rows = connection.execute(sqlalchemy.text(sql)).fetchall()
    engine.dispose()
    return rows


def open_engine(marts: Path, **options: Any) -> sqlalchemy.Engine:
    return sqlalchemy.create_engine(
        f"duckdb:///{marts}", connect_args={"read_only": True}, **options
    )


CLIENTS = (by_command, by_pandas, by_polars, by_ibis, by_sqlalchemy)


@pytest.fixture(scope="session")
def marts(marts: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The published marts where no other test of this process has them open."""
    return Path(shutil.copy2(marts, tmp_path_factory.mktemp("marts")))


@pytest.fixture
def opened(marts: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to the published marts."""
    with duckdb.connect(str(marts), read_only=True) as connection:
        yield connection


@pytest.fixture
def workspace(tmp_path: Path, marts: Path) -> Workspace:
    """A workspace of its own whose marts are published anew."""
    workspace = Workspace(tmp_path / "workspace")
    workspace.root.mkdir()
    publish(workspace, marts)
    return workspace


def publish(workspace: Workspace, marts: Path) -> None:
    """What a run does with the marts that it built."""
    shutil.copyfile(marts, workspace.next_marts)
    workspace.publish_marts()


def test_the_questions_hold_what_clients_lose(asked: dict[str, Question]) -> None:
    columns = list(zip(*asked["report"].answer, strict=True))
    ids, names, rates, dates, flags = columns
    assert max(map(int, ids)) == 9_007_199_254_740_993
    assert any("<script>" in name for name in names) and any("\n" in name for name in names)
    assert "100.00" in rates
    assert None in dates and "2024-04-18" in dates
    assert None in flags and "True" in flags


@pytest.mark.parametrize("name", ["report", "table macro"])
@pytest.mark.parametrize("ask", CLIENTS, ids=lambda ask: ask.__name__)
def test_every_digit_arrives(
    ask: Callable[[Path, str], Rows], name: str, marts: Path, asked: dict[str, Question]
) -> None:
    assert as_texts(ask(marts, asked[name].sql)) == asked[name].answer


# --- The traps that docs/analysts.md tells of ---


def test_pandas_makes_floats_of_decimals_and_sums(
    opened: duckdb.DuckDBPyConnection, asked: dict[str, Question]
) -> None:
    items = opened.sql(asked["report"].sql).df()
    assert items["id"].max() == 9_007_199_254_740_993
    assert items.dtypes["affordable_rate"] == "float64"
    assert items.dtypes["last_redeemed"] == "datetime64[us]"
    assert opened.sql(POINTS).df().dtypes["issued"] == "float64"
    exact = POINTS.replace("sum(issued)", "cast(sum(issued) as bigint)")
    assert opened.sql(exact).df().dtypes["issued"] == "int64"


def test_polars_keeps_the_decimals_of_what_it_divides(
    opened: duckdb.DuckDBPyConnection, asked: dict[str, Question]
) -> None:
    rates = opened.sql(asked["report"].sql).pl()["affordable_rate"]
    whole = rates.filter(rates == 100)
    assert str(whole[0]) == "100.00"
    assert str((whole / 7)[0]) == "14.29"
    assert round((whole.cast(polars.Float64) / 7)[0], 4) == 14.2857


def test_the_command_shows_moments_in_the_zone_of_the_machine(marts: Path) -> None:
    first = "select requested_at from fct_redemption_requests order by request_id limit 1"
    elsewhere = {"TZ": "America/New_York"}
    assert by_command(marts, first, **elsewhere) != by_command(marts, first, TZ="UTC")
    in_utc = f"set timezone = 'UTC'; {first}"
    assert by_command(marts, in_utc, **elsewhere) == by_command(marts, first, TZ="UTC")


def test_ibis_makes_floats_of_whole_numbers_with_nulls_where_it_executes(marts: Path) -> None:
    connection = ibis.duckdb.connect(marts, read_only=True)
    ids = connection.sql(BIG_AND_NONE)
    assert ids.execute()["id"][0] == 9_007_199_254_740_992.0
    assert ids.to_pyarrow()["id"].to_pylist() == [9_007_199_254_740_993, None]
    connection.disconnect()


def test_ibis_finds_reports_in_their_own_schema(marts: Path, asked: dict[str, Question]) -> None:
    connection = ibis.duckdb.connect(marts, read_only=True)
    items = connection.table("rpt_item_performance", database="reports")
    of_website = items.filter(items.website_id == 1)
    assert of_website.count().execute() == len(asked["report"].answer)
    connection.disconnect()


def test_sqlalchemy_pads_numeric_and_can_not_reflect(marts: Path) -> None:
    engine = open_engine(marts)
    rate = sqlalchemy.column("affordable_rate", sqlalchemy.Numeric)
    exact = sqlalchemy.column("affordable_rate", sqlalchemy.Numeric(38, 2))
    items = sqlalchemy.table("rpt_item_performance", rate, schema="reports")
    with engine.connect() as connection:
        padded = connection.execute(sqlalchemy.select(rate).select_from(items)).scalars().first()
        plain = connection.execute(sqlalchemy.select(exact).select_from(items)).scalars().first()
    assert str(padded) == f"{plain}00000000"
    with pytest.raises(sqlalchemy.exc.ProgrammingError, match="pg_collation"):
        sqlalchemy.inspect(engine).get_columns("rpt_item_performance", schema="reports")
    engine.dispose()


def test_a_process_keeps_what_it_opened_until_it_closed_all_of_it(
    workspace: Workspace, few_marts: Path
) -> None:
    def count() -> int:
        with duckdb.connect(str(workspace.marts), read_only=True) as connection:
            return connection.execute(WEBSITES).fetchone()[0]

    with duckdb.connect(str(workspace.marts), read_only=True) as first:
        before = first.execute(WEBSITES).fetchone()[0]
        publish(workspace, few_marts)
        assert first.execute(WEBSITES).fetchone()[0] == before
        assert count() == before
        beside = ibis.duckdb.connect(workspace.marts, read_only=True)
        assert beside.table("rpt_websites", database="reports").count().execute() == before
        beside.disconnect()
    assert count() == 2 < before


def test_sqlalchemy_is_refused_beside_other_connections(
    opened: duckdb.DuckDBPyConnection, marts: Path
) -> None:
    with pytest.raises(sqlalchemy.exc.OperationalError, match="different configuration"):
        by_sqlalchemy(marts, WEBSITES)
    with pytest.raises(duckdb.ConnectionException, match="different configuration"):
        duckdb.connect(str(marts))


@pytest.mark.parametrize("pool", [sqlalchemy.QueuePool, sqlalchemy.NullPool])
def test_a_pool_keeps_the_marts_that_it_opened(
    pool: type[sqlalchemy.Pool], workspace: Workspace, few_marts: Path
) -> None:
    def count() -> int:
        with engine.connect() as connection:
            return connection.execute(sqlalchemy.text(WEBSITES)).scalar_one()

    engine = open_engine(workspace.marts, poolclass=pool)
    before = count()
    publish(workspace, few_marts)
    assert count() == (before if pool is sqlalchemy.QueuePool else 2)
    engine.dispose()
    assert count() == 2 < before
    engine.dispose()
