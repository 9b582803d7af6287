"""Proves the recount of series, of how forecasts did on the past, and of what is published."""

from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

import pytest
from support.handmade import REQUIRED, clients, fulfilled, ledger, moment, write_source
from support.recount.backtest import (
    DAILY,
    WEEKLY,
    coverage,
    cut_offs_of,
    forecast_of,
    naive_days,
    naive_weeks,
    reach,
    scale_of,
    scaled_error,
)
from support.recount.daily import item_performance
from support.recount.forecasts import (
    daily_series,
    expected_30,
    first_date,
    forecast,
    forecast_accuracy,
    weekly_series,
)
from support.recount.sites import Fitted, Site, site_of
from support.recount.strict_json import to_bytes

D = date(2024, 6, 28)
BEER = (
    *(443, 410, 420, 532, 433, 421, 410, 512, 449, 381, 423, 531, 426, 408, 416, 520, 409, 398),
    *(398, 507, 432, 398, 406, 526, 428, 397, 403, 517, 435, 383, 424, 521, 421, 402, 414, 500),
    *(451, 380, 416, 492, 428, 408, 406, 506, 435, 380, 421, 490, 435, 390, 412, 454, 416, 403),
    *(408, 482, 438, 386, 405, 491, 427, 383, 394, 473, 420, 390, 410, 488, 415, 398, 419, 488),
    *(414, 374),
)
"""Australian beer by quarters from 1992; the last ten are to be forecast (Hyndman)."""


def test_the_scaled_error_is_the_published_one() -> None:
    train, test = BEER[:64], BEER[64:]
    errors = [train[60 + step % 4] - actual for step, actual in enumerate(test)]
    assert scale_of(train, season=4) == Fraction("14.3")
    assert round(scaled_error(errors, scale_of(train, season=4)), 7) == Fraction("0.9370629")
    train = [Fraction(text) for text in ("5", "0.5", "4", "6", "3", "5", "2")]  # sktime's own test
    made, came = ("2.5", "0", "2", "8", "1.25"), ("3", "-0.5", "2", "7", "2")
    errors = [Fraction(one) - Fraction(other) for one, other in zip(made, came, strict=True)]
    assert scaled_error(errors, scale_of(train, season=1)) == Fraction(11, 60)


def _site(directory: Path, first: date, *days: tuple[date, int], as_of: date = D) -> Site:
    """A website with points issued on days, the first of them 0."""
    entries = [(1, "add", points, moment(day)) for day, points in ((first, 0), *days)]
    source = write_source(directory, clients=clients(1), loyalty_transactions=ledger(*entries))
    return site_of(source, as_of=as_of)


def test_series_begin_with_the_first_event(tmp_path: Path) -> None:
    entries = ledger(
        (1, "add", 5, "2024-06-26"),
        (1, "add", 2, "2024-06-26"),
        (1, "redeem", -3, "2024-06-28"),
        (1, "deduct", -1, "2024-06-28"),
        (1, "add", 9, "2024-06-29"),
    )
    entries[1]["redemption_request_id"] = 7
    source = write_source(
        tmp_path,
        clients=clients(1),
        loyalty_transactions=entries,
        redemption_requests=fulfilled((1, 1, 5, "2024-06-25"), (1, 1, 5, "2024-06-28")),
    )
    assert daily_series(site_of(source, as_of=D)) == {
        "points_issued": (0, 7, 0, 0),
        "points_redeemed": (0, 0, 0, 3),
        "redemptions": (1, 0, 0, 1),
    }


@pytest.mark.parametrize(
    ("first", "as_of", "begins"),
    [
        ("2021-06-29", "2024-06-28", "2021-06-29"),
        ("2021-06-28", "2024-06-28", "2021-06-29"),
        ("2020-01-01", "2024-02-29", "2021-03-01"),
        ("2020-01-01", "2023-02-28", "2020-02-29"),
        ("2024-06-28", "2024-06-28", "2024-06-28"),
    ],
)
def test_series_hold_three_years_at_most(
    tmp_path: Path, first: str, as_of: str, begins: str
) -> None:
    site = _site(tmp_path, date.fromisoformat(first), as_of=date.fromisoformat(as_of))
    assert str(first_date(site)) == begins


def test_weeks_end_on_the_weekday_of_as_of_and_are_whole(tmp_path: Path) -> None:
    """Of 20 days two weeks are whole; a redemption 365 days ago is the last one too old."""
    items = [{**REQUIRED["redemption_items"][0], "id": number} for number in (3, 2, 1)]
    back = {days: str(D - timedelta(days=days)) for days in (0, 6, 7, 13, 14, 19, 365)}
    requests = [(1, 3, 1, back[days]) for days in (0, 6, 7, 13, 14, 19)]
    source = write_source(
        tmp_path,
        clients=clients(1),
        redemption_items=items,
        redemption_requests=fulfilled(*requests, (1, 2, 1, back[19])),
    )
    assert weekly_series(site_of(source, as_of=D)) == {2: (0, 0), 3: (2, 2)}
    requests.append((1, 1, 1, back[365]))
    write_source(
        tmp_path,
        clients=clients(1),
        redemption_items=items,
        redemption_requests=fulfilled(*requests),
    )
    later = weekly_series(site_of(tmp_path, as_of=D))
    assert (list(later), later[3]) == ([3], (0,) * 49 + (2, 2, 2))
    (unknown,) = (row for row in item_performance(site_of(tmp_path, as_of=D)) if row["id"] == 1)
    assert (unknown["expected_30"], unknown["expected_30_high"]) == (None, None)


def test_days_before_the_first_event_are_0_in_the_naive_week() -> None:
    assert naive_days((4, 9), 9) == [0, 0, 0, 0, 0, 4, 9, 0, 0]
    assert naive_days((1, 2, 3, 4, 5, 6, 7, 8), 8) == [2, 3, 4, 5, 6, 7, 8, 2]
    assert naive_weeks((9, 1, 2), 2) == [4, 4]
    assert naive_weeks((99, 1, 0, 0, 0, 0, 0, 0, 0), 1) == [Fraction(1, 8)]


@pytest.mark.parametrize(
    ("length", "rhythm", "cut_offs"),
    [
        (83, DAILY, []),
        (84, DAILY, [56]),
        (279, DAILY, list(range(251, 55, -28))),
        (1096, DAILY, list(range(1068, 871, -28))),
        (19, WEEKLY, []),
        (24, WEEKLY, [20, 16]),
    ],
)
def test_cut_offs_have_enough_before_them(length: int, rhythm: object, cut_offs: list[int]) -> None:
    assert cut_offs_of(length, rhythm) == cut_offs
    assert len(cut_offs) <= 8


@pytest.mark.parametrize(
    ("count", "level", "found"),
    [(3, "0.8", None), (4, "0.8", 4), (9, "0.8", 8), (18, "0.95", None), (19, "0.95", 19)],
)
def test_reaches_are_order_statistics(count: int, level: str, found: int | None) -> None:
    errors = [one if one % 2 else -one for one in range(count, 0, -1)]
    assert reach(errors, Fraction(level)) == found


def test_a_cut_off_is_covered_by_what_the_others_erred() -> None:
    """The first four steps alone have errors enough: 8 of 12 are within, of which one is equal."""
    errors = [[1, -1, 1, 1, 9], [2, 2, -2, 1], [1, 1, 3, 3]]
    assert coverage(errors, WEEKLY, Fraction("0.8")) == Fraction(10, 12)
    assert coverage(errors, WEEKLY, Fraction("0.95")) is None


def _flat(**made: float) -> Fitted:
    """Candidates that always forecast the same."""
    return lambda _, horizon: {name: [value] * horizon for name, value in made.items()}


ALTERNATING = tuple(10 * (week % 2) for week in range(40))
"""Means of the last 8 weeks are 5, the naive error too."""


@pytest.mark.parametrize(
    ("candidates", "published"),
    [
        ({}, "naive"),
        ({"same": 5.0}, "naive"),
        ({"worse": 11.0}, "naive"),
        ({"not_as_bad_as_it_was": 4.0}, "not_as_bad_as_it_was"),
    ],
)
def test_what_does_not_beat_the_naive_one_is_not_published(
    candidates: dict[str, float], published: str
) -> None:
    assert forecast_of(ALTERNATING, WEEKLY, _flat(**candidates)).published == published


def test_the_least_error_wins_and_the_earlier_one_on_ties() -> None:
    def fitted(values: tuple[int, ...], horizon: int) -> dict[str, list[float] | None]:
        right = [10.0 * ((len(values) + step) % 2) for step in range(horizon)]
        failing = None if len(values) == 12 * 2 else right
        return {"bad": [20.0] * horizon, "failing": failing, "good": right, "as_good": right}

    made = forecast_of(ALTERNATING, WEEKLY, fitted)
    assert made.published == "good"
    assert [one.name for one in made.candidates] == ["naive", "bad", "failing", "good", "as_good"]
    naive, bad, failing, good, _ = made.candidates
    assert (failing.errors, failing.mase, failing.wape) == ([], None, None)
    assert (naive.mase, naive.wape, naive.bias) == (
        Fraction(1, 2),
        Fraction(21, 20),
        Fraction(1, 20),
    )
    assert (bad.mase, bad.bias, good.mase) == (Fraction(32, 21), Fraction(16, 5), 0)
    assert [step.bands[0] for step in made.steps[:2]] == [(0, 0), (10, 10)]


def test_a_cut_off_knows_nothing_of_what_followed() -> None:
    told: list[tuple[int, ...]] = []

    def fitted(values: tuple[int, ...], horizon: int) -> dict[str, list[float]]:
        told.append(values)
        return {"last": [float(values[-1])] * horizon}

    made = forecast_of(tuple(range(100)), DAILY, fitted)
    assert told == [tuple(range(72)), tuple(range(100))]
    naive, last = made.candidates
    assert last.errors == [[-ahead for ahead in range(1, 29)]]
    assert {abs(error) for error in naive.errors[0]} == {7, 14, 21, 28}
    assert last.mase == Fraction(29, 2) / 7


def test_where_nothing_scales_errors_they_are_weighed() -> None:
    flat_then_more = (3,) * 16 + (5,) * 4
    made = forecast_of(flat_then_more, WEEKLY, _flat(five=5.0))
    assert (made.candidates[0].mase, made.candidates[0].wape) == (None, Fraction(2, 5))
    assert made.published == "five"
    made = forecast_of((3,) * 16 + (0,) * 4, WEEKLY, _flat(none=0.0))
    assert (made.candidates[1].wape, made.published) == (None, "naive")


def test_too_short_for_a_cut_off_there_is_the_naive_one_without_bands() -> None:
    made = forecast_of((1,) * 83, DAILY, _flat(right=1.0))
    assert [one.name for one in made.candidates] == ["naive"]
    assert made.steps[0].bands == (None, None)


def test_published_figures_are_whole_numbers_by_date_and_series(tmp_path: Path) -> None:
    site = _site(tmp_path, D - timedelta(days=1), (D, 12))
    issued, redeemed, _ = forecast(site, 7)[18:]
    assert to_bytes(issued).decode() == (
        '{\n  "date": "2024-07-05",\n  "series": "points_issued",\n  "point": 12,\n'
        '  "low_80": null,\n  "high_80": null,\n  "low_95": null,\n  "high_95": null\n}\n'
    )
    assert (redeemed["date"], redeemed["series"]) == ("2024-07-05", "points_redeemed")
    assert len(forecast(site, 90)) == 270


def test_halves_go_away_from_0_and_no_bound_lies_below_it(tmp_path: Path) -> None:
    """Half a point a day, which is wrong by half a point each time; what is below 0 is 0."""
    days = [(D - timedelta(days=back), 1) for back in range(28)]
    site = _site(tmp_path, D - timedelta(days=83), *days)
    site.fitted = _flat(below=-9.0, half=0.5)
    assert list(forecast(site, 1)[0].values())[1:] == ["points_issued", 1, 0, 1, 0, 1]
    _, below, half = forecast_of(daily_series(site)["points_issued"], DAILY, site.fitted).candidates
    assert (set(below.errors[0]), set(half.errors[0])) == ({-1}, {Fraction(-1, 2)})


def test_accuracy_has_every_candidate_with_four_decimals(tmp_path: Path) -> None:
    days = (*range(84), *range(28))
    requests = fulfilled(*((1, 1, 5, str(D - timedelta(days=back))) for back in days))
    source = write_source(tmp_path, clients=clients(1), redemption_requests=requests)
    site = site_of(source, as_of=D, fitted=_flat(third=1 / 3))
    rows = forecast_accuracy(site)
    assert [(row["series"], row["item"], row["model"]) for row in rows] == [
        ("points_issued", None, "naive"),
        ("points_redeemed", None, "naive"),
        ("redemptions", None, "naive"),
        ("redemptions", None, "third"),
        ("redemptions", 1, "naive"),
    ]
    assert to_bytes(rows[3]).decode() == (
        '{\n  "series": "redemptions",\n  "item": null,\n  "model": "third",\n  "mase": null,\n'
        '  "wape": 0.8333,\n  "bias": -0.8333,\n  "coverage_80": null,\n  "coverage_95": null,\n'
        '  "cut_offs": 1,\n  "is_published": false\n}\n'
    )
    assert list(rows[4].values())[3:] == [None, None, None, None, None, 0, True]


def test_30_days_are_4_weeks_and_2_of_7_days_of_the_fifth(tmp_path: Path) -> None:
    """Weeks of 2½, wrong by ½ each time, add up to 10 5/7 before they are rounded."""
    days = [week * 7 + day for week in range(40) for day in range(2 + week % 2)]
    requests = [(1, 1, 5, str(D - timedelta(days=back))) for back in (*days, 279)]
    source = write_source(tmp_path, clients=clients(1), redemption_requests=fulfilled(*requests))
    assert expected_30(site_of(source, as_of=D)) == {1: (11, 9, 13)}


def test_without_events_nothing_is_forecast(tmp_path: Path) -> None:
    site = site_of(write_source(tmp_path, clients=clients(1)), as_of=D)
    assert forecast(site, 30) == forecast_accuracy(site) == []
    assert item_performance(site)[0]["expected_30"] is None
