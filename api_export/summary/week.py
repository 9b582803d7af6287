"""Which week a summary is about: the last ISO week, Monday to Sunday, that is over by as_of."""

from datetime import date, timedelta
from typing import NamedTuple

from api_export.payloads.limits import FIRST_DATE

WEEK = timedelta(days=7)
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
"""English whatever the machine's locale is, as the sentences are."""


class Week(NamedTuple):
    """Monday to Sunday."""

    date_from: date
    date_to: date


def last_complete_week(as_of: date | None) -> Week | None:
    """The week of a summary; none without an as_of, nor before the first date that counts."""
    if as_of is None:
        return None
    sunday = as_of - timedelta(days=as_of.isoweekday() % 7)
    monday = sunday - WEEK + timedelta(days=1)
    return Week(monday, sunday) if monday >= FIRST_DATE else None


def week_text(week: Week) -> str:
    """A week in words: `Week 52, Dec 25 – 31, 2017`."""
    first, last = week
    if first.year != last.year:
        begin, end = _date_text(first, has_year=True), _date_text(last, has_year=True)
    elif first.month != last.month:
        begin, end = _date_text(first), _date_text(last, has_year=True)
    else:
        begin, end = _date_text(first), f"{last.day}, {last.year}"
    return f"Week {last.isocalendar().week}, {begin} – {end}"


def _date_text(day: date, *, has_year: bool = False) -> str:
    return f"{MONTHS[day.month - 1]} {day.day}" + (f", {day.year}" if has_year else "")
