"""The URLs that read: analytics records, the endpoints of the registry, and widgets."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import FastAPI, Query, Request, Response

from api_export.payloads.endpoints import API_ROOT, ENDPOINTS, Endpoint
from api_export.payloads.json_bytes import json_bytes
from api_export.payloads.schemas import AnalyticsRecord, Widget, WidgetData
from api_export.server.parameters import (
    AnyWebsiteId,
    Days,
    FirstDateOfWindow,
    Id,
    LastDateOfWindow,
    WebsiteId,
    WebsiteIdOrAll,
)
from api_export.server.replies import JSON, REVALIDATE, cache_control_of, reply
from api_export.server.served import Served

ANALYTICS = f"/{API_ROOT}/analytics"
WIDGETS = f"/{API_ROOT}/dashboard-widgets"


def add_analytics(app: FastAPI, served: Served, cache_seconds: int) -> None:
    """Add the URLs of records and endpoints, whose answers may be kept for some seconds."""
    cache_control = cache_control_of(cache_seconds)

    @app.get(f"{ANALYTICS}/", response_model=list[AnalyticsRecord])
    def list_analytics(request: Request, website_id: WebsiteId = None) -> Response:
        """The stored snapshots of months, weeks and requested ranges, the newest first."""
        records = served.current().website(website_id).records
        return reply(request, json_bytes(list(records.values())), JSON, cache_control)

    @app.get(f"{ANALYTICS}/{{id:id}}/", response_model=AnalyticsRecord)
    def get_analytics(request: Request, record_id: Id, website_id: AnyWebsiteId = None) -> Response:
        """One stored snapshot."""
        website = served.current().with_record(record_id, website_id)
        return reply(request, json_bytes(website.records[record_id]), JSON, cache_control)

    def add(endpoint: Endpoint) -> None:
        def answer(request: Request, *asked: Any) -> Response:
            payload = served.current().payload(endpoint, *asked)
            return reply(request, json_bytes(payload), JSON, cache_control)

        app.add_api_route(
            f"{ANALYTICS}/{endpoint.name}/",
            _with_parameters(endpoint, answer),
            response_model=endpoint.payload_type,
            name=f"get_{endpoint.name}",
            description=endpoint.schema.__doc__,
        )

    for endpoint in ENDPOINTS:
        add(endpoint)


def _with_parameters(
    endpoint: Endpoint, answer: Callable[..., Response]
) -> Callable[..., Response]:
    """A route that takes what the endpoint does: its parameter, dates, all websites."""
    Website = WebsiteIdOrAll if endpoint.sums_up else WebsiteId  # noqa: N806
    parameter = endpoint.parameter
    if parameter is None:

        def get(request: Request, website: Website = None) -> Response:
            return answer(request, website, None)

        return get

    if endpoint.looks_back:

        def get_dates(
            request: Request,
            days: Days = None,
            date_from: FirstDateOfWindow = None,
            date_to: LastDateOfWindow = None,
            website: Website = None,
        ) -> Response:
            return answer(request, website, days, date_from, date_to)

        return get_dates

    Value = Annotated[int, Query(alias=parameter.name, ge=1, le=parameter.highest)]  # noqa: N806

    def get_value(
        request: Request, value: Value = parameter.default, website: Website = None
    ) -> Response:
        return answer(request, website, value)

    return get_value


def add_widgets(app: FastAPI, served: Served) -> None:
    """Add the URLs of widgets, which change at any time, so that each answer is asked for anew."""

    @app.get(f"{WIDGETS}/", response_model=list[Widget])
    def list_dashboard_widgets(request: Request, website_id: WebsiteId = None) -> Response:
        """The visible widgets, by position."""
        placed = served.current().website(website_id).placed.values()
        return reply(request, json_bytes([widget.payload for widget in placed]), JSON, REVALIDATE)

    @app.get(f"{WIDGETS}/{{id:id}}/", response_model=Widget)
    def get_dashboard_widget(
        request: Request, widget_id: Id, website_id: AnyWebsiteId = None
    ) -> Response:
        """One visible widget."""
        website = served.current().with_widget(widget_id, website_id)
        return reply(request, json_bytes(website.placed[widget_id].payload), JSON, REVALIDATE)

    @app.get(f"{WIDGETS}/{{id:id}}/data/", response_model=WidgetData)
    def get_dashboard_widget_data(
        request: Request, widget_id: Id, website_id: AnyWebsiteId = None
    ) -> Response:
        """One visible widget with what it shows."""
        website = served.current().with_widget(widget_id, website_id)
        return reply(request, json_bytes(website.widget_data(widget_id)), JSON, REVALIDATE)
