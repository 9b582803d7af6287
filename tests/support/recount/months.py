"""Calendar months, counted through, and which of them a website has (metrics.md)."""

from calendar import monthrange
from datetime import date, timedelta
from itertools import pairwise

from support.recount.sites import Site

LONGEST_GAP = timedelta(days=3660)


def month_of(day: date) -> int:
    """The month that holds the day, as months since the year 0: the next one is one more."""
    return day.year * 12 + day.month - 1


def first_day(month: int) -> date:
    return date(month // 12, month % 12 + 1, 1)


def last_day(month: int) -> date:
    start = first_day(month)
    return start.replace(day=monthrange(start.year, start.month)[1])


def shown(month: int) -> str:
    """A month is shown as its first date."""
    return first_day(month).isoformat()


def first_event(site: Site) -> date | None:
    """The date of the first event after the last long gap: months and weeks begin with it."""
    dates = sorted({row["date"] for row in (*site.transactions, *site.requests, *site.conversions)})
    first = dates[0] if dates else None
    for previous, day in pairwise(dates):
        if day - previous > LONGEST_GAP:
            first = day
    return first


def all_months(site: Site) -> range:
    """The months from the first event's to that of as_of."""
    first = first_event(site)
    if first is None or site.as_of is None:
        return range(0)
    return range(month_of(first), month_of(site.as_of) + 1)


def complete_months(site: Site) -> range:
    """Those of them that are over on as_of."""
    months = all_months(site)
    is_over = not months or last_day(months[-1]) == site.as_of
    return months if is_over else months[:-1]
