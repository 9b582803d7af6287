"""Every exported file (api.md, "The export")."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import chain
from pathlib import Path
from typing import Any

from support.recount.all_websites import roll_forward_of_all, together
from support.recount.blocks import iso
from support.recount.contract import Range, Row
from support.recount.endpoints import ADDED_UP, HORIZONS, PLAIN, SIZED, payload_of, size_key
from support.recount.records import analytics_record, periods_of
from support.recount.sites import Fitted, Margin, PointValue, Site, all_sites, latest_date
from support.recount.strict_json import to_bytes
from support.recount.validation import Validated, validate
from support.recount.widgets import (
    DEFAULT,
    WIDGET_ENDPOINT,
    requested_size,
    shown_range,
    widget_json,
)


def _requested_sizes(site: Site, endpoint: str, key: str) -> set[int]:
    """The sizes that visible widgets of the endpoint's type ask for, if they show no range."""
    return {
        size
        for widget in _widgets_of(site, endpoint)
        if (size := requested_size(widget, key)) is not None
        and (key == "limit" or shown_range(widget, site.as_of) is None)
    }


def _widgets_of(site: Site, endpoint: str) -> list[Row]:
    return [row for row in site.widgets if WIDGET_ENDPOINT[row["widget_type"]] == endpoint]


def payload_of_range(site: Site, endpoint: str, first: date, last: date) -> Any:
    """What the window of as many days says in a run whose as_of is the last date."""
    return payload_of(site.at(last), endpoint, (last - first).days + 1)


def _range_files(site: Site, endpoint: str) -> Iterator[tuple[str, Any]]:
    spans = {shown_range(widget, site.as_of) for widget in _widgets_of(site, endpoint)}
    for first, last in spans - {None}:
        yield (
            f"analytics/{endpoint}/date_from={first}&date_to={last}.json",
            payload_of_range(site, endpoint, first, last),
        )


def _sized_files(
    site: Site, endpoint: str, key: str, always: Iterable[int]
) -> Iterator[tuple[str, Any]]:
    yield f"analytics/{endpoint}/index.json", payload_of(site, endpoint, DEFAULT[key])
    for size in sorted({*always, *_requested_sizes(site, endpoint, key)}):
        yield f"analytics/{endpoint}/{key}={size}.json", payload_of(site, endpoint, size)


def _endpoint_files(site: Site, settings: Row) -> Iterator[tuple[str, Any]]:
    for endpoint in PLAIN:
        yield f"analytics/{endpoint}/index.json", payload_of(site, endpoint)
    for key, endpoints in SIZED.items():
        for endpoint in endpoints:
            yield from _sized_files(site, endpoint, key, HORIZONS.get(endpoint, settings[key]))
            if key == "days":
                yield from _range_files(site, endpoint)


def _all_files(sites: list[Site], as_of: date | None, settings: Row) -> Iterator[tuple[str, Any]]:
    """All websites as one, where adding makes sense."""
    site = together(sites, as_of)
    yield "analytics/points_balance/index.json", payload_of(site, "points_balance")
    yield "analytics/roll_forward/index.json", roll_forward_of_all(sites)
    for endpoint in ADDED_UP:
        yield from _sized_files(site, endpoint, "days", settings["days"])


def _record_files(site: Site, requested_ranges: Iterable[Range]) -> Iterator[tuple[str, Any]]:
    records = [analytics_record(site, *period) for period in periods_of(site, requested_ranges)]
    yield "analytics/index.json", records
    for record in records:
        yield f"analytics/{record['id']}/index.json", record


def _widget_files(site: Site) -> Iterator[tuple[str, Any]]:
    yield "dashboard-widgets/index.json", [widget_json(site, row) for row in site.widgets]
    for row in site.widgets:
        widget = widget_json(site, row)
        as_of, data = _shown(site, row)
        yield f"dashboard-widgets/{row['id']}/index.json", widget
        yield (
            f"dashboard-widgets/{row['id']}/data/index.json",
            {"widget": widget, "as_of": iso(as_of), "data": data},
        )


def _shown(site: Site, widget: Row) -> tuple[date | None, Any]:
    """As of when a widget's data are, and these."""
    endpoint = WIDGET_ENDPOINT[widget["widget_type"]]
    key, span = size_key(endpoint), shown_range(widget, site.as_of)
    if key == "days" and span is not None:
        return span[1], payload_of_range(site, endpoint, *span)
    size = None if key is None else requested_size(widget, key) or DEFAULT[key]
    return site.as_of, payload_of(site, endpoint, size)


def _websites_json(validated: Validated) -> list[Row]:
    return [
        {"id": row["id"], "name": row["name"], "timezone": row["timezone"] or "UTC"}
        for _, row in sorted(validated.valid["websites"].items())
    ]


def recount(
    source: Path,
    *,
    as_of: date | None = None,
    tier_basis: str = "balance",
    window_days: Sequence[int] = (7, 30, 90, 365),
    top_limits: Sequence[int] = (5, 10, 25),
    requested_ranges: Iterable[Range] = (),
    widget_edits: Sequence[Row] = (),
    clock: datetime | None = None,
    point_value: PointValue = None,
    margin: Margin = None,
    fitted: Fitted | None = None,
) -> dict[str, bytes]:
    """Every exported file but manifest.json: its path under export/current, and its bytes.

    Without fitted candidates the naive forecast alone is tried.
    Raises UnusableSourceError where source-contract.md says that the run stops.
    """
    validated = validate(source)
    day = as_of or latest_date(validated, clock)
    settings = {"days": window_days, "limit": top_limits}
    ranges = list(requested_ranges)
    sites = all_sites(validated, day, tier_basis, widget_edits, point_value, margin, fitted)
    folders = {"all": _all_files(sites, day, settings)}
    for site in sites:
        folders[str(site.id)] = chain(
            _endpoint_files(site, settings), _record_files(site, ranges), _widget_files(site)
        )
    files = {"websites.json": to_bytes(_websites_json(validated))}
    for folder, payloads in folders.items():
        for path, payload in payloads:
            files[f"{folder}/api/v1/loyalty-management/{path}"] = to_bytes(payload)
    return files
