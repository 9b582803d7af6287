"""The rows of a figure make it: of every record and trend row of random datasets, always."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from support.datasets import mid_history, write_dataset
from support.macros import copy_macro
from support.replay import DEFAULTS, Replay

from api_export.payloads.figures import FIGURES

RECORD = {
    "issued": "total_points_issued",
    "redeemed": "total_points_redeemed",
    "outstanding": "total_points_balance",
    "redemptions": "total_redemptions",
    "redemption_value": "total_redemption_value",
    "active_clients": "total_active_clients",
}
REPORTS = {
    "rpt_points_trend": {"issued": "issued", "redeemed": "redeemed", "outstanding": "balance"},
    "rpt_redemption_trend": {
        "redemptions": "redemptions",
        "redemption_value": "points",
        "clients_with_redemptions": "clients",
    },
    "rpt_engagement_trend": {
        "active_clients": "active_clients",
        "clients_with_transactions": "clients_with_transactions",
        "clients_with_redemptions": "clients_with_redemptions",
    },
    "rpt_overview": RECORD,
    "rpt_engagement_stats": {
        "active_clients": "active_clients",
        "clients_with_transactions": "clients_with_transactions",
        "clients_with_redemptions": "clients_with_redemptions",
    },
    "rpt_conversion": {"conversions": "conversions", "points_converted": "points_converted"},
}
"""The columns of each report that are figures; where it has dates, of that date alone."""
LAST_DAYS = 12
WINDOWS = (1, 30, 400)
Explain = Callable[..., int]


@pytest.fixture(scope="module", params=[(0, None), (2, "mid"), (5, None)], ids=lambda p: str(p[0]))
def connection(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    replay: Replay,
    marts: Path,
) -> Iterator[duckdb.DuckDBPyConnection]:
    """The marts of a random dataset, with the macro that a run publishes."""
    seed, as_of = request.param
    folder = tmp_path_factory.mktemp("explained")
    source = folder / "source"
    source.mkdir()
    write_dataset(source, seed)
    inputs = replace(DEFAULTS, as_of=mid_history() if as_of else None)
    replay.build(source, folder / "marts.duckdb", inputs)
    with duckdb.connect(str(folder / "marts.duckdb")) as connection:
        copy_macro("explain", marts, connection)
        yield connection


@pytest.fixture
def figure_of(connection: duckdb.DuckDBPyConnection) -> Explain:
    """What the rows of a figure make."""

    def explained(figure: str, website: int | None, first: object, last: object) -> int:
        ((count, total, entities),) = connection.execute(
            "select count(*), coalesce(sum(points), 0), count(distinct (entity, id))"
            " from explain(?, ?, ?, ?)",
            [figure, website, first, last],
        ).fetchall()
        assert entities == count, "a row is listed twice"
        return total if FIGURES[figure] == "sum" else count

    return explained


def test_the_rows_make_every_record(
    connection: duckdb.DuckDBPyConnection, figure_of: Explain
) -> None:
    columns = ", ".join(RECORD.values())
    records = connection.execute(
        f"select website, date_from, date_to, {columns} from loyalty_analytics"
    ).fetchall()
    assert len(records) > 100
    for website, first, last, *published in records:
        found = [figure_of(figure, website, first, last) for figure in RECORD]
        assert found == published, (website, first, last)


@pytest.mark.parametrize("report", REPORTS)
def test_the_rows_make_every_row_of_a_report(
    connection: duckdb.DuckDBPyConnection, figure_of: Explain, report: str
) -> None:
    figures = REPORTS[report]
    columns = ", ".join(figures.values())
    if report.endswith("_trend"):
        dates, chosen = "report.date, report.date", f"report.window_days <= {LAST_DAYS}"
    else:
        dates, chosen = "date_from, date_to", f"window_days in {WINDOWS}"
    rows = connection.execute(
        f"select website_id, {dates}, {columns} from reports.{report} as report"
        f" left join dim_windows using (window_days) where {chosen}"
    ).fetchall()
    assert len(rows) > 10
    for website, first, last, *published in rows:
        found = [figure_of(figure, website, first, last) for figure in figures]
        assert found == published, (website, first, last)


def test_the_rows_of_all_websites_make_their_sums(
    connection: duckdb.DuckDBPyConnection, figure_of: Explain
) -> None:
    rows = connection.execute(
        "select date, issued, redeemed, balance, redemptions, points, clients"
        " from reports.rpt_all_points_trend inner join reports.rpt_all_redemption_trend"
        f" using (date) where rpt_all_points_trend.window_days <= {LAST_DAYS}"
    ).fetchall()
    assert len(rows) == LAST_DAYS
    figures = [
        *("issued", "redeemed", "outstanding", "redemptions", "redemption_value"),
        "clients_with_redemptions",
    ]
    for day, *published in rows:
        assert [figure_of(figure, None, day, day) for figure in figures] == published, day


def test_the_four_figures_of_the_ledger_foot(
    connection: duckdb.DuckDBPyConnection, figure_of: Explain
) -> None:
    """Deductions are in no report of a range: issued, redeemed and outstanding tell them."""
    months = connection.execute(
        "select website, date_from, date_to from loyalty_analytics where day(date_from) = 1"
    ).fetchall()
    for website, first, last in months:
        (before,) = connection.execute("select cast(? as date) - 1", [first]).fetchone()
        opening, closing = (figure_of("outstanding", website, None, day) for day in (before, last))
        flows = [figure_of(name, website, first, last) for name in ("issued", "redeemed")]
        deducted = figure_of("deducted", website, first, last)
        assert opening + flows[0] - flows[1] - deducted == closing
