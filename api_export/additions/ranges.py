"""Calculate: the analytics of any range, from the published marts, kept for later runs."""

from datetime import date, timedelta
from typing import Any

from api_export.additions.published import Published
from api_export.errors import UsageError
from api_export.marts import Reports
from api_export.payloads.endpoints import DAYS, FIRST_DATE, LAST_DATE


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
    with Reports(published.marts) as reports:
        asked = (website_id, *_check(reports, website_id, date_from, date_to))
        (record,) = reports.calculate(*asked)
    published.keep_requested_range(asked)
    return record


def _check(
    reports: Reports, website_id: int, date_from: date | None, date_to: date | None
) -> tuple[date, date]:
    """The range, where it is one of the website's."""
    websites = {website["id"]: website["name"] for website in reports.websites()}
    as_of = reports.run()["as_of"]
    if website_id not in websites:
        known = ", ".join(f"{key} ({name!r})" for key, name in websites.items())
        raise UsageError(
            f"there is no website {website_id}; there are: {known or 'none'}", "website"
        )
    if as_of is None:
        raise UsageError("there are no events yet, so there is no range to calculate")
    date_to = date_to or as_of
    date_from = date_from or max(date_to - timedelta(days=DAYS.default - 1), FIRST_DATE)
    if not FIRST_DATE <= date_from <= date_to <= LAST_DATE:
        raise UsageError(
            f"{date_from} to {date_to} is no range: it must begin from {FIRST_DATE} on,"
            f" end by {LAST_DATE}, and not end before it begins"
        )
    if date_to > as_of:
        raise UsageError(
            f"{date_to} lies after as_of, {as_of}: nothing is known of it yet", "date_to"
        )
    return date_from, date_to
