"""The URLs that write: calculating ranges, and creating, changing and deleting widgets."""

from collections.abc import Callable
from typing import Any

from fastapi import FastAPI, Response
from typing_extensions import TypedDict

from api_export.additions.published import Published
from api_export.additions.ranges import calculate
from api_export.additions.request_fields import RangeRequest, WidgetChanges, WidgetRequest
from api_export.additions.widgets import change_widget, create_widget, delete_widget
from api_export.errors import NotFoundError, UsageError
from api_export.payloads.json_bytes import json_bytes
from api_export.payloads.schemas import AnalyticsRecord, Widget
from api_export.server.access import Tokens, require_admin_token
from api_export.server.bodies import Body, describe_body, parse_body
from api_export.server.parameters import AnyWebsiteId, Id, WebsiteId
from api_export.server.reading import ANALYTICS, WIDGETS
from api_export.server.replies import JSON
from api_export.server.served import Served
from api_export.server.writers import Writers


class Refusal(TypedDict):
    """Why a request is refused."""

    detail: str


def _guard(tokens: Tokens) -> dict[str, Any]:
    """What all routes that write share: the token that they require, and how they may fail."""
    return {
        "dependencies": [require_admin_token(tokens)],
        "responses": {
            503: {"model": Refusal, "description": "Another one is writing the workspace"},
            507: {"model": Refusal, "description": "There is no room to keep it"},
        },
    }


def add_calculating(app: FastAPI, served: Served, writers: Writers, tokens: Tokens) -> None:
    """Add the URL that calculates a range."""
    guard = _guard(tokens)

    @app.post(
        f"{ANALYTICS}/calculate/",
        response_model=AnalyticsRecord,
        openapi_extra=describe_body(RangeRequest, is_required=False),
        **guard,
    )
    async def calculate_analytics(body: Body, website_id: WebsiteId = None) -> Response:
        """The snapshot of any range, kept for every later run and export.

        Without dates, of the last 30 days up to as_of.
        """

        def write(published: Published) -> bytes:
            fields = parse_body(RangeRequest, body)
            website = _website_to_write(served, fields, website_id)
            dates = (fields.get("date_from"), fields.get("date_to"))
            return json_bytes(calculate(published, website, *dates))

        return Response(await writers.write(write), media_type=JSON)


def add_widget_editing(app: FastAPI, served: Served, writers: Writers, tokens: Tokens) -> None:
    """Add the URLs that create, change and delete widgets."""
    guard = _guard(tokens)

    @app.post(
        f"{WIDGETS}/",
        status_code=201,
        response_model=Widget,
        openapi_extra=describe_body(WidgetRequest),
        **guard,
    )
    async def create_dashboard_widget(body: Body, website_id: WebsiteId = None) -> Response:
        """Make a widget."""

        def write(published: Published) -> bytes:
            fields = parse_body(WidgetRequest, body)
            website = _website_to_write(served, fields, website_id)
            return json_bytes(create_widget(published, website, fields))

        return Response(await writers.write(write), 201, media_type=JSON)

    @app.put(
        f"{WIDGETS}/{{id:id}}/",
        response_model=Widget,
        openapi_extra=describe_body(WidgetRequest),
        **guard,
    )
    async def update_dashboard_widget(
        widget_id: Id, body: Body, website_id: AnyWebsiteId = None
    ) -> Response:
        """Change a widget; what may be left out stays as it is."""
        change = _change(WidgetRequest, body, widget_id, website_id)
        return Response(await writers.write(change), media_type=JSON)

    @app.patch(
        f"{WIDGETS}/{{id:id}}/",
        response_model=Widget,
        openapi_extra=describe_body(WidgetChanges),
        **guard,
    )
    async def partial_update_dashboard_widget(
        widget_id: Id, body: Body, website_id: AnyWebsiteId = None
    ) -> Response:
        """Change some fields of a widget; all others stay as they are."""
        change = _change(WidgetChanges, body, widget_id, website_id)
        return Response(await writers.write(change), media_type=JSON)

    @app.delete(f"{WIDGETS}/{{id:id}}/", status_code=204, **guard)
    async def delete_dashboard_widget(widget_id: Id, website_id: AnyWebsiteId = None) -> Response:
        """Take a widget away."""
        await writers.write(lambda published: delete_widget(published, website_id, widget_id))
        return Response(status_code=204)


def _change(
    body_type: type[WidgetChanges], body: bytes, widget_id: int, website_id: int | None
) -> Callable[[Published], bytes]:
    """The task that changes a widget."""

    def write(published: Published) -> bytes:
        fields = parse_body(body_type, body)
        _refuse_two_websites(fields, website_id)
        return json_bytes(change_widget(published, website_id, widget_id, fields))

    return write


def _website_to_write(
    served: Served, fields: RangeRequest | WidgetRequest, website_id: int | None
) -> int:
    """The website that the body or the parameter names, else the one that answers readers."""
    _refuse_two_websites(fields, website_id)
    named = fields.get("website")
    try:
        return served.current().website(website_id if named is None else named).id
    except NotFoundError:
        if website_id is not None or named is None:
            raise
        raise UsageError(f'Invalid pk "{named}" - object does not exist.', "website") from None


def _refuse_two_websites(fields: RangeRequest | WidgetChanges, website_id: int | None) -> None:
    named = fields.get("website", website_id)
    if website_id is not None and named != website_id:
        raise UsageError(f"The body says {named}, the URL ?website={website_id}.", "website")
