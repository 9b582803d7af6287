"""The server: the documented URLs for any window, and the export with its page as files.

It is thin. A figure is a plain select from the published marts, by the code that writes the export,
so a window that has a file is answered with that file's bytes.
"""

import hmac
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Query, Request, Response
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.middleware.trustedhost import TrustedHostMiddleware
from fastapi.security import APIKeyHeader
from starlette.exceptions import HTTPException
from typing_extensions import TypedDict

from api_export.calculate import calculate
from api_export.endpoints import API_ROOT, ENDPOINTS, Endpoint
from api_export.published import Published
from api_export.requests import Body, RangeRequest, WidgetRequest, describe_body, parse_body
from api_export.responses import JSON, REVALIDATE, ExportedFiles, Headers, add_error_handlers, reply
from api_export.schemas import AnalyticsRecord, Widget, WidgetData
from api_export.served import Served
from api_export.widgets import change_widget, create_widget, delete_widget
from api_export.writer import dump

ANALYTICS = f"/{API_ROOT}/analytics"
WIDGETS = f"/{API_ROOT}/dashboard-widgets"
LARGEST_BODY = 1_000_000
"""Bytes that a request may bring."""

WebsiteId = Annotated[
    int | None, Query(alias="website", description="The website's id; without it, the first one.")
]


@dataclass(frozen=True)
class Options:
    """How to serve."""

    admin_token: str | None = None
    """What a request must show to write; without one nobody may."""
    cache_seconds: int = 60
    """How long a reader may keep analytics before he asks again."""
    hosts: tuple[str, ...] = ("*",)
    """The names by which the server may be called."""


class Refusal(TypedDict):
    """Why a request is refused."""

    detail: str


FieldErrors = dict[str, list[str]]
"""What is wrong with each field of a request."""


def build_app(published: Published, options: Options) -> FastAPI:
    """The server of a workspace, from which something has been published."""
    served = Served(published)
    app = FastAPI(
        title="Loyalty Analytics",
        description="Points, tiers, redemptions and engagement of loyalty programmes.",
        docs_url=None,
        redoc_url=None,
        responses={"4XX": {"model": Refusal | FieldErrors, "description": "Refused"}},
        max_body_size=LARGEST_BODY,
    )
    _add_analytics(app, served, options)
    _add_widgets(app, served)
    _add_writing(app, served, published, options)
    app.router.default = ExportedFiles(published.current_export)
    add_error_handlers(app)
    app.add_middleware(GZipMiddleware, compresslevel=5)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=options.hosts, www_redirect=False)
    app.add_middleware(Headers)
    return app


def _add_analytics(app: FastAPI, served: Served, options: Options) -> None:
    cache_control = f"max-age={options.cache_seconds}" if options.cache_seconds else REVALIDATE

    @app.get(f"{ANALYTICS}/", response_model=list[AnalyticsRecord])
    def list_analytics(request: Request, website_id: WebsiteId = None) -> Response:
        """The stored snapshots of months, weeks and ranges asked for, the newest first."""
        return reply(request, dump(served.website(website_id).records), JSON, cache_control)

    @app.get(f"{ANALYTICS}/{{id:int}}/", response_model=AnalyticsRecord)
    def get_analytics(request: Request, id: int, website_id: WebsiteId = None) -> Response:
        """One stored snapshot."""
        return reply(request, dump(served.website(website_id).record(id)), JSON, cache_control)

    def add(endpoint: Endpoint) -> None:
        def answer(request: Request, website_id: int | None, value: int | None) -> Response:
            payload = served.website(website_id).payload(endpoint, value)
            return reply(request, dump(payload), JSON, cache_control)

        app.add_api_route(
            f"{ANALYTICS}/{endpoint.name}/",
            _with_parameter(endpoint, answer),
            response_model=endpoint.payload_type,
            name=endpoint.name,
            description=endpoint.schema.__doc__,
        )

    for endpoint in ENDPOINTS:
        add(endpoint)


def _with_parameter(
    endpoint: Endpoint, answer: Callable[[Request, int | None, int | None], Response]
) -> Callable[..., Response]:
    """A route that takes the endpoint's parameter, if it has one."""
    parameter = endpoint.parameter
    if parameter is None:

        def get(request: Request, website_id: WebsiteId = None) -> Response:
            return answer(request, website_id, None)

        return get

    Value = Annotated[int, Query(alias=parameter.name, ge=1, le=parameter.highest)]  # noqa: N806

    def get_value(
        request: Request, value: Value = parameter.default, website_id: WebsiteId = None
    ) -> Response:
        return answer(request, website_id, value)

    return get_value


def _add_widgets(app: FastAPI, served: Served) -> None:
    @app.get(f"{WIDGETS}/", response_model=list[Widget])
    def list_widgets(request: Request, website_id: WebsiteId = None) -> Response:
        """The visible widgets, by position."""
        return reply(request, dump(served.website(website_id).widgets), JSON, REVALIDATE)

    @app.get(f"{WIDGETS}/{{id}}/", response_model=Widget)
    def get_widget(request: Request, id: int, website_id: WebsiteId = None) -> Response:
        """One visible widget."""
        return reply(request, dump(served.website(website_id).widget(id)), JSON, REVALIDATE)

    @app.get(f"{WIDGETS}/{{id}}/data/", response_model=WidgetData)
    def get_widget_data(request: Request, id: int, website_id: WebsiteId = None) -> Response:
        """One visible widget with what it shows."""
        return reply(request, dump(served.website(website_id).widget_data(id)), JSON, REVALIDATE)


def _add_writing(app: FastAPI, served: Served, published: Published, options: Options) -> None:
    guarded = {
        "dependencies": [_require_token(options.admin_token)],
        "responses": {503: {"model": Refusal, "description": "A run is writing the workspace"}},
    }
    turns = threading.Lock()

    @contextmanager
    def writing() -> Iterator[None]:
        with turns, published.writing("a request to loyalty serve"):
            yield

    @app.post(
        f"{ANALYTICS}/calculate/",
        response_model=AnalyticsRecord,
        openapi_extra=describe_body(RangeRequest),
        **guarded,
    )
    def calculate_analytics(body: Body, website_id: WebsiteId = None) -> Response:
        """The snapshot of any range, kept for every later run and export."""
        asked = parse_body(RangeRequest, body)
        website = served.website(website_id)
        with writing():
            record = calculate(published, website.id, asked.date_from, asked.date_to)
        return Response(dump(record), media_type=JSON)

    @app.post(
        f"{WIDGETS}/",
        status_code=201,
        response_model=Widget,
        openapi_extra=describe_body(WidgetRequest),
        **guarded,
    )
    def create_dashboard_widget(body: Body, website_id: WebsiteId = None) -> Response:
        """Make a widget."""
        asked = parse_body(WidgetRequest, body)
        website = served.website(website_id)
        with writing():
            widget = create_widget(published, website.id, asked.model_dump())
        return Response(dump(widget), 201, media_type=JSON)

    @app.put(
        f"{WIDGETS}/{{id}}/",
        response_model=Widget,
        openapi_extra=describe_body(WidgetRequest),
        **guarded,
    )
    def change_dashboard_widget(id: int, body: Body, website_id: WebsiteId = None) -> Response:
        """Change a widget; what may be left out stays as it is."""
        asked = parse_body(WidgetRequest, body)
        website = served.website(website_id)
        with writing():
            changes = asked.model_dump(exclude_unset=True)
            widget = change_widget(published, website.id, id, changes)
        return Response(dump(widget), media_type=JSON)

    @app.delete(f"{WIDGETS}/{{id}}/", status_code=204, **guarded)
    def delete_dashboard_widget(id: int, website_id: WebsiteId = None) -> Response:
        """Take a widget away."""
        website = served.website(website_id)
        with writing():
            delete_widget(published, website.id, id)
        return Response(status_code=204)


def _require_token(expected: str | None) -> Any:
    """Refuses a request that does not show the admin token."""
    header = APIKeyHeader(
        name="Authorization",
        scheme_name="AdminToken",
        description="`Token …` or `Bearer …`, with the token of LOYALTY_ADMIN_TOKEN.",
        auto_error=False,
    )

    def check(authorization: Annotated[str | None, Depends(header)]) -> None:
        if expected is None:
            raise HTTPException(
                403,
                "Writing is off: no admin token is configured."
                " Set LOYALTY_ADMIN_TOKEN and start `loyalty serve` again.",
            )
        kind, _, token = (authorization or "").partition(" ")
        if kind.lower() not in ("token", "bearer"):
            problem = "Authentication credentials were not provided."
        elif not hmac.compare_digest(token.encode("latin-1"), expected.encode()):
            problem = "Invalid token."
        else:
            return
        raise HTTPException(401, problem, headers={"WWW-Authenticate": "Token"})

    return Depends(check)
