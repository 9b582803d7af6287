"""Calculate: the analytics of any range, from the published marts, kept for later runs."""

from datetime import date
from typing import Any

from api_export.additions.published import Published
from api_export.errors import UsageError
from api_export.marts import PublishedMarts
from api_export.payloads.additions import RequestedRange
from api_export.payloads.date_ranges import complete_dates


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
        marts.check_website(website_id)
        dates = complete_dates(marts.run()["as_of"], date_from, date_to)
        requested = RequestedRange(website_id, *dates)
        (record,) = marts.calculate(requested)
    published.keep_requested_range(requested)
    return record
