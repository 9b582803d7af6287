"""The dates of a range that somebody asks about, completed and checked."""

from datetime import date, timedelta

from api_export.errors import UsageError
from api_export.payloads.limits import DEFAULT_DAYS, FIRST_DATE, LAST_DATE


def complete_dates(
    as_of: date | None, date_from: date | None, date_to: date | None
) -> tuple[date, date]:
    """The first and the last date of a range, both inclusive.

    Without its last date a range ends on as_of, without its first one it has 30 days. Raises
    `UsageError` where there is no such range, or nothing is known of it yet.
    """
    if as_of is None:
        raise UsageError("there are no events yet, so nothing is known of any date")
    date_to = date_to or as_of
    date_from = date_from or max(date_to - timedelta(days=DEFAULT_DAYS - 1), FIRST_DATE)
    if not FIRST_DATE <= date_from <= date_to <= LAST_DATE:
        raise UsageError(
            f"there is no range from {date_from} to {date_to}: a range begins on {FIRST_DATE} or"
            f" later, ends by {LAST_DATE}, and doesn't end before it begins"
        )
    if date_to > as_of:
        raise UsageError(
            f"{date_to} lies after as_of, {as_of}: nothing is known of it yet", "date_to"
        )
    return date_from, date_to
