"""Forecasts as a run makes them: which series, when anew, and what is told of fits that can't be.

How one series is forecast is proven beside; these tests look at runs of small programmes.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from support import replay as replaying
from support.commands import Loyalty
from support.handmade import Row, clients, fulfilled, ledger, write_source
from support.replay import DEFAULTS, Replay, export_marts, open_warehouse
from support.workspaces import read_files

from api_export.payloads.endpoints import DAYS_AHEAD
from api_export.payloads.limits import MAX_DAYS_AHEAD
from orchestration.forecasting.cadence import DAILY, WEEKLY, Cadence
from orchestration.forecasting.many import Job
from orchestration.forecasting.series import SeriesForecast

FIRST, LAST = date(2024, 1, 1), date(2024, 6, 30)
DAYS = (LAST - FIRST).days + 1
AT_LAST = replace(DEFAULTS, as_of=LAST)
ITEMS = [
    {"id": item, "website_id": 1, "category_id": 1, "name": f"Item {item}", "points_required": 5}
    for item in (1, 2, 3)
]

Warehouse = duckdb.DuckDBPyConnection


def day(number: int) -> str:
    return str(FIRST + timedelta(days=number))


def programme() -> dict[str, list[Row]]:
    """Half a year of a website, busier at weekends, whose items 1 and 2 are redeemed."""
    dates = [FIRST + timedelta(days=number) for number in range(DAYS)]
    return {
        "clients": clients(1),
        "redemption_items": ITEMS,
        "loyalty_transactions": ledger(
            *((1, "add", 10 + 5 * (each.weekday() > 4) + each.day % 3, str(each)) for each in dates)
        ),
        "redemption_requests": fulfilled(
            *((1, 1 + (number % 9 == 0), 5, day(number)) for number in range(0, DAYS, 3))
        ),
    }


@pytest.fixture
def source(tmp_path: Path) -> Path:
    folder = tmp_path / "source"
    folder.mkdir()
    return write_source(folder, **programme())


@pytest.fixture
def forecast(monkeypatch: pytest.MonkeyPatch) -> list[tuple[list[int], Cadence]]:
    """The series that runs have forecast from here on."""
    asked: list[Job] = []
    forecast_many = replaying.forecast_many

    def noting(jobs: list[Job]) -> list[SeriesForecast]:
        asked.extend(jobs)
        return forecast_many(jobs)

    monkeypatch.setattr(replaying, "forecast_many", noting)
    return asked


@pytest.fixture
def warehouse(forecast: list[Job]) -> Iterator[Warehouse]:
    """One whose series are noted."""
    with open_warehouse(":memory:", ":memory:") as connection:
        yield connection


def rows_of(warehouse: Warehouse, mart: str) -> list[tuple[Any, ...]]:
    return warehouse.execute(f"from marts.{mart} order by all").fetchall()


def exported(warehouse: Warehouse, scratch: Path) -> dict[str, bytes]:
    scratch.mkdir()
    return read_files(export_marts(warehouse, scratch).version)


def assert_as_built_anew(replay: Replay, warehouse: Warehouse, source: Path, inputs: Any) -> None:
    """Every forecast is that of a full build."""
    with open_warehouse(":memory:", ":memory:") as fresh:
        replay.run(fresh, source, inputs)
        for mart in ("fct_forecasts", "fct_forecast_accuracy", "fct_forecast_failures"):
            assert rows_of(warehouse, mart) == rows_of(fresh, mart)


def test_the_horizon_is_what_may_be_asked_for() -> None:
    assert DAYS_AHEAD.highest == MAX_DAYS_AHEAD == DAILY.horizon
    assert 7 * WEEKLY.horizon >= MAX_DAYS_AHEAD


def test_only_series_that_changed_are_forecast_anew(
    replay: Replay, source: Path, warehouse: Warehouse, forecast: list[Job]
) -> None:
    replay.run(warehouse, source, AT_LAST)
    assert [cadence for _, cadence in forecast].count(DAILY) == 3
    assert [cadence for _, cadence in forecast].count(WEEKLY) == 2

    forecast.clear()
    gone = programme()
    item = gone["redemption_requests"].pop()["item_id"]
    write_source(source, **gone)
    replay.run(warehouse, source, AT_LAST)
    # The website's redemptions and those of the item; its points stay, and so do other items.
    assert {cadence: sum(values) for values, cadence in forecast} == {
        DAILY: len(gone["redemption_requests"]),
        WEEKLY: sum(row["item_id"] == item for row in gone["redemption_requests"]),
    }
    assert len(forecast) == 2
    assert_as_built_anew(replay, warehouse, source, AT_LAST)


def test_kept_forecasts_give_the_bytes_of_new_ones(
    replay: Replay, source: Path, warehouse: Warehouse, forecast: list[Job], tmp_path: Path
) -> None:
    replay.run(warehouse, source, AT_LAST)
    before = exported(warehouse, tmp_path / "before")
    forecast.clear()
    replay.run(warehouse, source, replace(AT_LAST, top_limits=(5,)))
    replay.run(warehouse, source, AT_LAST)
    assert forecast == []
    assert exported(warehouse, tmp_path / "after") == before


def test_as_of_may_move_to_and_fro(replay: Replay, source: Path, warehouse: Warehouse) -> None:
    for moved in (0, -40, -200, 3, 0):
        inputs = replace(DEFAULTS, as_of=LAST + timedelta(days=moved))
        replay.run(warehouse, source, inputs)
        assert_as_built_anew(replay, warehouse, source, inputs)


def test_what_was_forecast_hangs_on_nothing_that_came_later(
    replay: Replay, source: Path, warehouse: Warehouse, tmp_path: Path
) -> None:
    """But that an item is forecast at all, and its weeks, which are counted from as_of."""
    then = replace(DEFAULTS, as_of=LAST - timedelta(days=28))
    replay.run(warehouse, source, then)
    truncated = tmp_path / "truncated"
    truncated.mkdir()
    known = {
        name: [row for row in rows if str(row.get(time, ""))[:10] <= str(then.as_of)]
        for (name, rows), time in zip(
            programme().items(), ("", "", "timestamp", "requested_at"), strict=True
        )
    }
    write_source(truncated, **known)
    with open_warehouse(":memory:", ":memory:") as fresh:
        replay.run(fresh, truncated, DEFAULTS)
        assert fresh.table("warehouse.intermediate.int_run").fetchone()[0] == then.as_of
        assert rows_of(warehouse, "fct_forecasts") == rows_of(fresh, "fct_forecasts")


def test_a_quiet_website_is_forecast_to_stay_quiet(
    replay: Replay, source: Path, warehouse: Warehouse
) -> None:
    """A year after its last event its days are zeros, and no item was redeemed lately."""
    replay.run(warehouse, source, replace(DEFAULTS, as_of=LAST + timedelta(days=1200)))
    expected = warehouse.sql("select distinct point, high_95, model from marts.fct_forecasts")
    assert expected.fetchall() == [(0, 0, "naive")]
    assert warehouse.sql("select distinct item_id from marts.fct_forecasts").fetchall() == [(None,)]
    assert set(
        warehouse.sql("select mase, wape, bias from marts.fct_forecast_accuracy").fetchall()
    ) == {(None, None, None)}


def test_without_events_nothing_is_forecast(
    replay: Replay, warehouse: Warehouse, tmp_path: Path, forecast: list[Job]
) -> None:
    replay.run(warehouse, write_source(tmp_path, clients=clients(1)))
    assert forecast == []
    files = exported(warehouse, tmp_path / "export")
    analytics = "1/api/v1/loyalty-management/analytics"
    for name in ("forecast/index", "forecast/days=90", "forecast_accuracy/index"):
        assert files[f"{analytics}/{name}.json"].strip() == b"[]"
    assert b'"expected_30": null' in files[f"{analytics}/item_performance/index.json"]


def test_a_series_may_be_too_short_for_bounds(
    replay: Replay, warehouse: Warehouse, tmp_path: Path
) -> None:
    """Six days: each weekday as it was, the seventh as nothing, and no item has a whole week."""
    write_source(
        tmp_path,
        clients=clients(1),
        loyalty_transactions=ledger(*((1, "add", 1 + number, day(number)) for number in range(6))),
        redemption_requests=fulfilled((1, 1, 5, day(5))),
    )
    replay.run(warehouse, tmp_path)
    issued = warehouse.sql(
        "select point, low_80, high_95, model from marts.fct_forecasts"
        " where series = 'points_issued' order by date limit 8"
    ).fetchall()
    points = [0, 1, 2, 3, 4, 5, 6, 0]
    assert issued == [(point, None, None, "naive") for point in points]
    assert warehouse.sql("select count(item_id) from marts.fct_forecasts").fetchone() == (0,)
    assert warehouse.sql(
        "select distinct cut_offs from marts.fct_forecast_accuracy"
    ).fetchall() == [(0,)]
    assert rows_of(warehouse, "fct_forecast_failures") == []


def test_without_the_library_the_naive_forecast_stands_and_the_run_says_so(
    loyalty: Loyalty, source: Path, tmp_path: Path
) -> None:
    hidden = tmp_path / "hidden"
    hidden.mkdir()
    (hidden / "sitecustomize.py").write_text("import sys; sys.modules['statsmodels'] = None\n")
    told = ("run", "--workspace", tmp_path / "workspace", "--source", f"files:{source}")
    done = loyalty(*told, "--as-of", str(LAST), PYTHONPATH=str(hidden))
    assert done.returncode == 0, done.stdout + done.stderr
    warning = (
        "forecasts: only the naive forecast is made, since statsmodels is not installed: pip"
        " install 'loyalty-analytics[forecast]' (5 series); fct_forecast_failures lists them"
    )
    assert warning in done.stdout
    assert warning in (tmp_path / "workspace/export/current/manifest.json").read_text()
    with duckdb.connect(str(tmp_path / "workspace/marts.duckdb"), read_only=True) as marts:
        tried = marts.sql(
            "select distinct model, cut_offs, is_published from fct_forecast_accuracy"
        )
        assert sorted(tried.fetchall()) == [("naive", 2, True), ("naive", 4, True)]
        assert marts.sql("select count(high_80) from fct_forecasts").fetchone()[0] > 0
