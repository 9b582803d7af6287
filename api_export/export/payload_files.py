"""Which files a version has: each payload of the published marts, and the paths that hold it."""

from collections.abc import Iterator
from typing import Any

from api_export.descriptions import described_schemas
from api_export.marts import PublishedMarts
from api_export.payloads.additions import RequestedRange, WidgetEdit
from api_export.payloads.date_ranges import DateRange
from api_export.payloads.endpoints import ALL_WEBSITES, API_ROOT, ENDPOINTS, Choice, Endpoint
from api_export.payloads.widgets import PlacedWidget


def payload_files(
    marts: PublishedMarts,
    requested_ranges: tuple[RequestedRange, ...],
    widget_edits: tuple[WidgetEdit, ...],
) -> Iterator[tuple[list[str], Any]]:
    """Every payload of an export, with the paths of the files that hold it."""
    run = marts.run()
    websites = marts.websites()
    widgets = marts.widgets(widget_edits)
    records = marts.records(requested_ranges)
    for name, schema in described_schemas(marts):
        yield [f"schemas/{name}.json"], schema
    yield ["websites.json"], websites
    for website_id in (website["id"] for website in websites):
        yield from _record_files(website_id, records.get(website_id, []))
        yield from _widget_files(website_id, widgets.get(website_id, []))
    for endpoint in ENDPOINTS:
        if endpoint.is_exported:
            yield from _endpoint_files(marts, endpoint, run, websites, widgets)
        if endpoint.sums_up:
            yield from _files_of_all(marts, endpoint, run)


def _record_files(
    website_id: int, records: list[dict[str, Any]]
) -> Iterator[tuple[list[str], Any]]:
    folder = f"{website_id}/{API_ROOT}/analytics"
    yield [f"{folder}/index.json"], records
    for record in records:
        yield [f"{folder}/{record['id']}/index.json"], record


def _widget_files(website_id: int, placed: list[PlacedWidget]) -> Iterator[tuple[list[str], Any]]:
    folder = f"{website_id}/{API_ROOT}/dashboard-widgets"
    yield [f"{folder}/index.json"], [widget.payload for widget in placed]
    for widget in placed:
        yield [f"{folder}/{widget.payload['id']}/index.json"], widget.payload


def _endpoint_files(
    marts: PublishedMarts,
    endpoint: Endpoint,
    run: dict[str, Any],
    websites: list[dict[str, Any]],
    widgets: dict[int, list[PlacedWidget]],
) -> Iterator[tuple[list[str], Any]]:
    """An endpoint's payloads for every website, and the data of the widgets that show it.

    One select serves all websites that need a value of the parameter.
    """
    showing = {
        website["id"]: [
            widget for widget in widgets.get(website["id"], []) if widget.endpoint is endpoint
        ]
        for website in websites
    }
    wanted = {
        website_id: _wanted_values(endpoint, run, placed) for website_id, placed in showing.items()
    }
    default = _default_value(endpoint)
    for value in sorted({default}.union(*wanted.values()), key=lambda value: value or 0):
        payloads = marts.payloads(endpoint, value)
        for website_id, placed in showing.items():
            payload = payloads.get(website_id, [])
            paths = [endpoint.path()] if value == default else []
            if value in wanted[website_id]:
                paths.append(endpoint.path(value))
            yield [f"{website_id}/{API_ROOT}/{path}" for path in paths], payload
            yield from _data_files(placed, value, run, payload)
    for website_id, placed in showing.items():
        for dates in _wanted_ranges(placed):
            payload = marts.payload(endpoint, dates, website_id)
            yield [f"{website_id}/{API_ROOT}/{endpoint.path(dates)}"], payload
            yield from _data_files(placed, dates, run, payload)


def _data_files(
    placed: list[PlacedWidget], choice: Choice, run: dict[str, Any], payload: Any
) -> Iterator[tuple[list[str], Any]]:
    """The data of those widgets that show a payload."""
    for widget in placed:
        if widget.shown() == choice:
            folder = f"{widget.payload['website']}/{API_ROOT}/dashboard-widgets"
            path = f"{folder}/{widget.payload['id']}/data/index.json"
            yield [path], widget.with_data(run["as_of"], payload)


def _files_of_all(
    marts: PublishedMarts, endpoint: Endpoint, run: dict[str, Any]
) -> Iterator[tuple[list[str], Any]]:
    """An endpoint's payloads of all websites together, whose widgets request none of them."""
    folder = f"{ALL_WEBSITES}/{API_ROOT}"
    yield [f"{folder}/{endpoint.path()}"], marts.payload_of_all(endpoint, _default_value(endpoint))
    for value in sorted(_wanted_values(endpoint, run, [])):
        yield [f"{folder}/{endpoint.path(value)}"], marts.payload_of_all(endpoint, value)


def _default_value(endpoint: Endpoint) -> int | None:
    return None if endpoint.parameter is None else endpoint.parameter.default


def _wanted_values(endpoint: Endpoint, run: dict[str, Any], placed: list[PlacedWidget]) -> set[int]:
    """The parameter values that get a file: its own or the settings', and what widgets request."""
    parameter = endpoint.parameter
    if parameter is None:
        return set()
    settings = run["window_days"] if parameter.name == "days" else run["top_limits"]
    configured = settings if parameter.exported is None else parameter.exported
    return {*configured, *(value for value in _requested(placed) if isinstance(value, int))}


def _wanted_ranges(placed: list[PlacedWidget]) -> list[DateRange]:
    """The ranges that get a file: those that widgets request."""
    return sorted(dates for dates in _requested(placed) if isinstance(dates, DateRange))


def _requested(placed: list[PlacedWidget]) -> set[Choice]:
    return {widget.requested() for widget in placed}
