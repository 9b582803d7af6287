"""What will be, by what was (metrics.md)."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from support.recount.backtest import (
    DAILY,
    LEVELS,
    WEEKLY,
    Forecast,
    Number,
    Rhythm,
    coverage,
    forecast_of,
)
from support.recount.blocks import in_window, points_issued, points_redeemed, rounded
from support.recount.contract import Row
from support.recount.months import first_event
from support.recount.sites import Site

YEARS = 3
ITEM_SERIES = "redemptions"
"""The name of every item's series of weeks."""


def first_date(site: Site) -> date | None:
    """Where series begin: at the first event, but at most three years ago."""
    first = first_event(site)
    if first is None or site.as_of is None:
        return None
    return max(first, _years_before(site.as_of) + timedelta(days=1))


def _years_before(day: date) -> date:
    """The same date three years before; on 28 February where there is none."""
    try:
        return day.replace(year=day.year - YEARS)
    except ValueError:
        return day.replace(year=day.year - YEARS, day=28)


def daily_series(site: Site) -> dict[str, tuple[int, ...]]:
    """Points issued, points redeemed and redemptions of each date, oldest first."""
    first = first_date(site)
    if first is None:
        return {}
    days = site.window((site.as_of - first).days + 1)
    issued, redeemed, redemptions = Counter(), Counter(), Counter()
    for row in site.transactions:
        issued[row["date"]] += points_issued([row])
        redeemed[row["date"]] += points_redeemed([row])
    for row in site.redemptions:
        redemptions[row["date"]] += 1
    series = {"points_issued": issued, "points_redeemed": redeemed, "redemptions": redemptions}
    return {name: tuple(counts[day] for day in days) for name, counts in series.items()}


def weekly_series(site: Site) -> dict[int, tuple[int, ...]]:
    """Redemptions in each whole week, oldest first, of the items with one in the last 365 days."""
    first = first_date(site)
    if first is None:
        return {}
    weeks = ((site.as_of - first).days + 1) // 7
    recent = {row["item_id"] for row in in_window(site.redemptions, site.window(365))}
    counts = Counter(
        (row["item_id"], (site.as_of - row["date"]).days // 7) for row in site.redemptions
    )
    return {
        item: tuple(counts[item, back] for back in reversed(range(weeks)))
        for item in sorted(recent)
        if weeks
    }


def forecast(site: Site, days: int) -> list[Row]:
    """The next days of the website's three series, by date."""
    published = {
        name: _whole(forecast_of(values, DAILY, site.fitted))
        for name, values in daily_series(site).items()
    }
    return [
        {
            "date": (site.as_of + timedelta(days=ahead + 1)).isoformat(),
            "series": name,
            **steps[ahead],
        }
        for ahead in range(days if published else 0)
        for name, steps in published.items()
    ]


def _whole(made: Forecast) -> list[dict[str, int | None]]:
    """The published points and bounds, as whole numbers."""
    rows = []
    for step in made.steps:
        (low_80, high_80), (low_95, high_95) = (band or (None, None) for band in step.bands)
        figures = {
            "point": step.point,
            "low_80": low_80,
            "high_80": high_80,
            "low_95": low_95,
            "high_95": high_95,
        }
        rows.append({name: _rounded(value) for name, value in figures.items()})
    return rows


def _rounded(value: Fraction | None) -> int | None:
    return None if value is None else int(rounded(value, places=0))


def forecast_accuracy(site: Site) -> list[Row]:
    """Every candidate of every series, as it did on the past: the website's, then by item."""
    rows = []
    for series, item, made, rhythm in _all_forecasts(site):
        for judged in made.candidates:
            shares = [coverage(judged.errors, rhythm, level) for level in LEVELS]
            rows.append(
                {
                    "series": series,
                    "item": item,
                    "model": judged.name,
                    "mase": _decimals(judged.mase),
                    "wape": _decimals(judged.wape),
                    "bias": _decimals(judged.bias),
                    "coverage_80": _decimals(shares[0]),
                    "coverage_95": _decimals(shares[1]),
                    "cut_offs": len(judged.errors),
                    "is_published": judged.name == made.published,
                }
            )
    return rows


def _all_forecasts(site: Site) -> Iterator[tuple[str, int | None, Forecast, Rhythm]]:
    for name, values in daily_series(site).items():
        yield name, None, forecast_of(values, DAILY, site.fitted), DAILY
    for item, values in weekly_series(site).items():
        yield ITEM_SERIES, item, forecast_of(values, WEEKLY, site.fitted), WEEKLY


def _decimals(value: Fraction | None) -> Decimal | None:
    return None if value is None else rounded(value, places=4)


def expected_30(site: Site) -> dict[int, tuple[int | None, ...]]:
    """Redemptions of items in the next 30 days, and the ends of their 80 % bands.

    They are those of 4 weeks and 2/7 of the fifth, rounded once.
    """
    expected = {}
    for item, values in weekly_series(site).items():
        weeks = forecast_of(values, WEEKLY, site.fitted).steps[:5]
        bands = [week.bands[0] or (None, None) for week in weeks]
        figures = ([week.point for week in weeks], *map(list, zip(*bands, strict=True)))
        expected[item] = tuple(_in_30_days(figure) for figure in figures)
    return expected


def _in_30_days(weeks: list[Number | None]) -> int | None:
    return None if None in weeks else _rounded(sum(weeks[:4]) + Fraction(2, 7) * weeks[4])
