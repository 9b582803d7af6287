"""The files of the weekly summary: of each website, and of all together."""

from collections.abc import Iterator
from heapq import nsmallest

from api_export.marts import PublishedMarts
from api_export.payloads.additions import WidgetEdit
from api_export.payloads.date_ranges import DateRange
from api_export.payloads.endpoints import ALL_WEBSITES, BY_NAME
from api_export.summary.content import Row, make_summary
from api_export.summary.html import html_of
from api_export.summary.text import text_of
from api_export.summary.week import Week, last_complete_week

MOST_ITEMS = 5


def summary_files(
    marts: PublishedMarts, edits: tuple[WidgetEdit, ...]
) -> Iterator[tuple[str, bytes]]:
    """The path and the content of each. Each payload is read once, of all websites."""
    week = last_complete_week(marts.run()["as_of"])
    headlines, comparisons = (_payloads(marts, name, week) for name in ("headlines", "comparison"))
    items = marts.redeemed_items(DateRange(*week), MOST_ITEMS) if week else {}
    warnings = marts.warning_rows(edits)
    websites = {website["id"]: website["name"] for website in marts.websites()}
    for website_id, name in {None: "All websites", **websites}.items():
        summary = make_summary(
            name,
            week,
            headlines.get(website_id, []),
            comparisons.get(website_id, []),
            _items_of_all(items, websites) if website_id is None else items.get(website_id, []),
            [
                row["warning"]
                for row in warnings
                if website_id is None or row["website_id"] in (None, website_id)
            ],
        )
        path = f"summary/{ALL_WEBSITES if website_id is None else website_id}"
        yield f"{path}.html", html_of(summary).encode()
        yield f"{path}.txt", text_of(summary).encode()


def _payloads(marts: PublishedMarts, name: str, week: Week | None) -> dict[int | None, list[Row]]:
    """A week's payload of each website, and under null that of all together."""
    if week is None:
        return {}
    endpoint, dates = BY_NAME[name], DateRange(*week)
    return {None: marts.payload_of_all(endpoint, dates), **marts.payloads(endpoint, dates)}


def _items_of_all(items: dict[int, list[Row]], websites: dict[int, str]) -> list[Row]:
    """Those redeemed most on all websites, and whose they are: each leads on its own website."""
    rows = [row for website_id in websites for row in items.get(website_id, [])]
    most = nsmallest(MOST_ITEMS, rows, key=lambda row: (-row["redemptions"], row["id"]))
    return [row | {"name": f"{row['name']}, {websites[row['website_id']]}"} for row in most]
