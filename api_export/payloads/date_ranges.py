"""The dates of a range that somebody asks about, completed and checked."""

from datetime import date
from typing import NamedTuple

from api_export.errors import UsageError
from api_export.payloads.limits import DEFAULT_DAYS, FIRST_DATE, LAST_DATE, MAX_DAYS


class DateRange(NamedTuple):
    """Dates that follow one another, both ends inclusive."""

    date_from: date
    date_to: date


def complete_dates(
    as_of: date | None, date_from: date | None, date_to: date | None, days: int = DEFAULT_DAYS
) -> DateRange:
    """The dates of a range.

    Without its last date a range ends on as_of, without its first one it has so many days, or those
    since 1970-01-01. Raises `UsageError` where there is no such range, or nothing is known of it
    yet.
    """
    if as_of is None:
        raise UsageError("there are no events yet, so nothing is known of any date")
    date_to = date_to or as_of
    first = max(date_to.toordinal() - days + 1, FIRST_DATE.toordinal())
    date_from = date_from or date.fromordinal(first)
    if not FIRST_DATE <= date_from <= date_to <= LAST_DATE:
        raise UsageError(
            f"there is no range from {date_from} to {date_to}: a range begins on {FIRST_DATE} or"
            f" later, ends by {LAST_DATE}, and doesn't end before it begins",
            "date_from" if FIRST_DATE <= date_to <= LAST_DATE else "date_to",
        )
    if date_to > as_of:
        raise UsageError(
            f"{date_to} lies after as_of, {as_of}: nothing is known of it yet", "date_to"
        )
    return DateRange(date_from, date_to)


def complete_window(
    as_of: date | None, days: int | None, date_from: date | None, date_to: date | None
) -> DateRange:
    """The dates of a range in the place of a window, of which there are as many at most.

    Without its first date it has so many days, else 30. Raises `UsageError`, as for what begins on
    two dates.
    """
    if days is not None and date_from is not None:
        raise UsageError("days and date_from both say where the range begins: give one", "days")
    dates = complete_dates(as_of, date_from, date_to, days or DEFAULT_DAYS)
    length = (dates.date_to - dates.date_from).days + 1
    if length > MAX_DAYS:
        raise UsageError(
            f"{dates.date_from} to {dates.date_to} are {length} dates: a range has {MAX_DAYS} at"
            " most",
            "date_from",
        )
    return dates
