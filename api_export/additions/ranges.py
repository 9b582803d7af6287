"""Calculate: the analytics of any range, from the published marts, kept for later runs."""

from datetime import date, timedelta
from typing import Any

from api_export.additions.published import Published
from api_export.errors import UsageError
from api_export.marts import PublishedMarts
from api_export.payloads.additions import RequestedRange
from api_export.payloads.limits import DEFAULT_DAYS, FIRST_DATE, LAST_DATE


def calculate(
    published: Published, website_id: int, date_from: date | None, date_to: date | None
) -> dict[str, Any]:
    """The record of a website and range (both ends inclusive), added to the export.

    Without its last date the range ends on as_of, without its first one it has 30 days. It is
    kept, so every later run has it too. The caller is the workspace's one writer. Raises
    `UsageError` where there is no such range or website, or nothing published yet.
    """
    if not published.marts.exists():
        raise UsageError(f"{published.marts} does not exist yet: use `loyalty run` first")
    with PublishedMarts(published.marts) as marts:
        requested = _complete_range(marts, website_id, date_from, date_to)
        (record,) = marts.calculate(requested)
    published.keep_requested_range(requested)
    return record


def _complete_range(
    marts: PublishedMarts, website_id: int, date_from: date | None, date_to: date | None
) -> RequestedRange:
    """The range with both of its dates; raises `UsageError` where it can't be calculated."""
    websites = {website["id"]: website["name"] for website in marts.websites()}
    as_of = marts.run()["as_of"]
    if website_id not in websites:
        known = ", ".join(f"{key} ({name!r})" for key, name in websites.items())
        raise UsageError(
            f"there is no website {website_id}; there are: {known or 'none'}", "website"
        )
    if as_of is None:
        raise UsageError("there are no events yet, so there is no range to calculate")
    date_to = date_to or as_of
    date_from = date_from or max(date_to - timedelta(days=DEFAULT_DAYS - 1), FIRST_DATE)
    if not FIRST_DATE <= date_from <= date_to <= LAST_DATE:
        raise UsageError(
            f"{date_from} to {date_to} can't be calculated: a range begins on {FIRST_DATE} or"
            f" later, ends by {LAST_DATE}, and doesn't end before it begins"
        )
    if date_to > as_of:
        raise UsageError(
            f"{date_to} lies after as_of, {as_of}: nothing is known of it yet", "date_to"
        )
    return RequestedRange(website_id, date_from, date_to)
