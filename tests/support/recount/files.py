"""Every exported file (api.md, "The export")."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from support.recount.blocks import iso
from support.recount.contract import Range, Row
from support.recount.payloads import PLAIN, WINDOWED, top_redemptions
from support.recount.records import analytics_record, periods_of
from support.recount.sites import Site, all_sites, latest_date
from support.recount.strict_json import to_bytes
from support.recount.validation import Validated, validate
from support.recount.widgets import DEFAULT, WIDGET_ENDPOINT, requested_size, widget_json


def _size_key(endpoint: str) -> str | None:
    if endpoint == "top_redemptions":
        return "limit"
    return "days" if endpoint in WINDOWED else None


def _payload(site: Site, endpoint: str, size: int | None) -> object:
    if endpoint in PLAIN:
        return PLAIN[endpoint](site)
    function = top_redemptions if endpoint == "top_redemptions" else WINDOWED[endpoint]
    return function(site, size)


def _requested_sizes(site: Site, endpoint: str, key: str) -> set[int]:
    """The sizes that visible widgets of the endpoint's type ask for."""
    widgets = [row for row in site.widgets if WIDGET_ENDPOINT[row["widget_type"]] == endpoint]
    return {size for widget in widgets if (size := requested_size(widget, key)) is not None}


def _endpoint_files(site: Site, settings: Row) -> Iterator[tuple[str, Any]]:
    for endpoint in PLAIN:
        yield f"analytics/{endpoint}/index.json", _payload(site, endpoint, None)
    for endpoint in [*WINDOWED, "top_redemptions"]:
        key = _size_key(endpoint)
        always = settings["top_limits" if key == "limit" else "window_days"]
        yield f"analytics/{endpoint}/index.json", _payload(site, endpoint, DEFAULT[key])
        for size in sorted({*always, *_requested_sizes(site, endpoint, key)}):
            yield f"analytics/{endpoint}/{key}={size}.json", _payload(site, endpoint, size)


def _record_files(site: Site, requested_ranges: Iterable[Range]) -> Iterator[tuple[str, Any]]:
    records = [analytics_record(site, *period) for period in periods_of(site, requested_ranges)]
    yield "analytics/index.json", records
    for record in records:
        yield f"analytics/{record['id']}/index.json", record


def _widget_files(site: Site) -> Iterator[tuple[str, Any]]:
    yield "dashboard-widgets/index.json", [widget_json(site, row) for row in site.widgets]
    for row in site.widgets:
        widget = widget_json(site, row)
        endpoint = WIDGET_ENDPOINT[row["widget_type"]]
        key = _size_key(endpoint)
        size = None if key is None else requested_size(row, key) or DEFAULT[key]
        data = _payload(site, endpoint, size)
        yield f"dashboard-widgets/{row['id']}/index.json", widget
        yield (
            f"dashboard-widgets/{row['id']}/data/index.json",
            {"widget": widget, "as_of": iso(site.as_of), "data": data},
        )


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
) -> dict[str, bytes]:
    """Every exported file but manifest.json: its path under export/current, and its bytes.

    Raises UnusableSourceError where source-contract.md says that the run stops.
    """
    validated = validate(source)
    settings = {"window_days": window_days, "top_limits": top_limits}
    ranges = list(requested_ranges)
    files = {"websites.json": to_bytes(_websites_json(validated))}
    for site in all_sites(
        validated, as_of or latest_date(validated, clock), tier_basis, widget_edits
    ):
        root = f"{site.id}/api/v1/loyalty-management"
        for part in (
            _endpoint_files(site, settings),
            _record_files(site, ranges),
            _widget_files(site),
        ):
            for path, payload in part:
                files[f"{root}/{path}"] = to_bytes(payload)
    return files
