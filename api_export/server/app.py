"""The server: the documented URLs for any window, and the export with its page as files.

It is thin. A figure is a plain select from the published marts, by the code that writes the export,
so a window that has a file is answered with that file's bytes.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import Depends, FastAPI, Path, Query, Request, Response
from fastapi.middleware.cors import CORSMiddleware
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.middleware.trustedhost import TrustedHostMiddleware
from fastapi.security import APIKeyHeader
from pydantic import WithJsonSchema
from starlette.convertors import Convertor, register_url_convertor
from typing_extensions import TypedDict

from api_export.additions.published import Published
from api_export.additions.ranges import calculate
from api_export.additions.widgets import change_widget, create_widget, delete_widget
from api_export.errors import BusyError, NotFoundError, UsageError
from api_export.export.writer import dump
from api_export.payloads.endpoints import API_ROOT, ENDPOINTS, Endpoint
from api_export.payloads.schemas import INT64, AnalyticsRecord, Widget, WidgetData
from api_export.server.access import ReadAccess, Tokens, require_admin_token
from api_export.server.bodies import (
    Body,
    RangeRequest,
    WidgetChanges,
    WidgetRequest,
    body_schemas,
    describe_body,
    parse_body,
)
from api_export.server.responses import (
    JSON,
    METHODS,
    REVALIDATE,
    ExportedFiles,
    Headers,
    UnknownParametersError,
    add_error_handlers,
    reply,
)
from api_export.server.served import Served

ANALYTICS = f"/{API_ROOT}/analytics"
WIDGETS = f"/{API_ROOT}/dashboard-widgets"
LARGEST_BODY = 1_000_000
"""Bytes that a request may bring."""
MOST_WRITERS = 100
"""Requests that may wait for their turn to write."""
CACHE_BUSTER = "_"
"""The parameter that jQuery and others add so that nothing kept is used."""

WebsiteId = Annotated[
    int | None,
    Query(
        alias="website",
        description="The website's id; without it, the first one with events answers.",
    ),
    WithJsonSchema(INT64),
]
AnyWebsiteId = Annotated[
    int | None,
    Query(
        alias="website",
        description="The website's id; without it, whichever website has this id answers.",
    ),
    WithJsonSchema(INT64),
]
Id = Annotated[int, Path(alias="id"), WithJsonSchema(INT64)]


class IdConvertor(Convertor[str]):
    """An id in a path: as many digits as ids have, so that longer ones are no URL at all."""

    regex = "-?[0-9]{1,19}"

    def convert(self, value: str) -> str:
        """The text, which the route's own parameter turns into a number."""
        return value

    def to_string(self, value: str) -> str:
        """The text."""
        return value


@dataclass(frozen=True)
class Options:
    """How to serve."""

    tokens: Tokens = field(default_factory=Tokens)
    """What a request must show to read and to write."""
    origins: tuple[str, ...] = ()
    """Of the pages from elsewhere that may read and write too."""
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
    register_url_convertor("id", IdConvertor())
    served = Served(published)
    app = FastAPI(
        title="Loyalty Analytics",
        description="Points, tiers, redemptions and engagement of loyalty programmes.",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        dependencies=[Depends(_refuse_unknown_parameters), *_describe_reading(options.tokens)],
        generate_unique_id_function=lambda route: route.name,
        responses={"4XX": {"model": Refusal | FieldErrors, "description": "Refused"}},
        max_body_size=LARGEST_BODY,
    )
    _add_analytics(app, served, options)
    _add_widgets(app, served)
    _add_writing(app, served, Writers(published), options.tokens)
    app.openapi()["components"]["schemas"].update(body_schemas())
    app.router.default = ExportedFiles(published.current_export)
    add_error_handlers(app)
    app.add_middleware(GZipMiddleware, compresslevel=5)
    app.add_middleware(ReadAccess, tokens=options.tokens)
    if options.origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=options.origins,
            allow_methods=METHODS,
            allow_headers=["Authorization", "Content-Type", "If-None-Match"],
            expose_headers=["ETag", "Retry-After"],
        )
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=options.hosts, www_redirect=False)
    app.add_middleware(Headers, origins=options.origins)
    return app


def _describe_reading(tokens: Tokens) -> list[Any]:
    """What the OpenAPI document says of reading; `ReadAccess` sees to it."""
    if tokens.read is None:
        return []
    scheme = APIKeyHeader(
        name="Authorization",
        scheme_name="ReadToken",
        description="`Token …` or `Bearer …`, with the token of LOYALTY_READ_TOKEN.",
        auto_error=False,
    )
    return [Depends(scheme)]


async def _refuse_unknown_parameters(request: Request) -> None:
    """A parameter that nothing reads is a mistake: its writer waits for another answer."""
    known = {parameter.alias for parameter in request.scope["route"].dependant.query_params}
    unknown = sorted(set(request.query_params) - known - {CACHE_BUSTER})
    if unknown:
        raise UnknownParametersError(unknown)


def _add_analytics(app: FastAPI, served: Served, options: Options) -> None:
    cache_control = f"max-age={options.cache_seconds}" if options.cache_seconds else REVALIDATE

    @app.get(f"{ANALYTICS}/", response_model=list[AnalyticsRecord])
    def list_analytics(request: Request, website_id: WebsiteId = None) -> Response:
        """The stored snapshots of months, weeks and requested ranges, the newest first."""
        records = served.current().website(website_id).records
        return reply(request, dump(list(records.values())), JSON, cache_control)

    @app.get(f"{ANALYTICS}/{{id:id}}/", response_model=AnalyticsRecord)
    def get_analytics(request: Request, record_id: Id, website_id: AnyWebsiteId = None) -> Response:
        """One stored snapshot."""
        website = served.current().with_record(record_id, website_id)
        return reply(request, dump(website.records[record_id]), JSON, cache_control)

    def add(endpoint: Endpoint) -> None:
        def answer(request: Request, website_id: int | None, value: int | None) -> Response:
            payload = served.current().website(website_id).payload(endpoint, value)
            return reply(request, dump(payload), JSON, cache_control)

        app.add_api_route(
            f"{ANALYTICS}/{endpoint.name}/",
            _with_parameter(endpoint, answer),
            response_model=endpoint.payload_type,
            name=f"get_{endpoint.name}",
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
    def list_dashboard_widgets(request: Request, website_id: WebsiteId = None) -> Response:
        """The visible widgets, by position."""
        placed = served.current().website(website_id).placed.values()
        return reply(request, dump([widget.payload for widget in placed]), JSON, REVALIDATE)

    @app.get(f"{WIDGETS}/{{id:id}}/", response_model=Widget)
    def get_dashboard_widget(
        request: Request, widget_id: Id, website_id: AnyWebsiteId = None
    ) -> Response:
        """One visible widget."""
        website = served.current().with_widget(widget_id, website_id)
        return reply(request, dump(website.placed[widget_id].payload), JSON, REVALIDATE)

    @app.get(f"{WIDGETS}/{{id:id}}/data/", response_model=WidgetData)
    def get_dashboard_widget_data(
        request: Request, widget_id: Id, website_id: AnyWebsiteId = None
    ) -> Response:
        """One visible widget with what it shows."""
        website = served.current().with_widget(widget_id, website_id)
        return reply(request, dump(website.widget_data(widget_id)), JSON, REVALIDATE)


class Writers:
    """Takes requests that write one after another, in a thread that no reader needs."""

    def __init__(self, published: Published) -> None:
        """Writers of a workspace."""
        self._published = published
        self._thread = ThreadPoolExecutor(1, "writer")
        self._count = 0

    async def write(self, task: Callable[[Published], Any]) -> Any:
        """What a task returns, once it was the one writer; raises `BusyError` if too many wait."""
        if self._count >= MOST_WRITERS:
            raise BusyError(f"{self._count} requests wait to write already; try again later")
        self._count += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._thread, self._work, task)
        finally:
            self._count -= 1

    def _work(self, task: Callable[[Published], Any]) -> Any:
        with self._published.writing("a request to loyalty serve"):
            return task(self._published)


def _add_writing(app: FastAPI, served: Served, writers: Writers, tokens: Tokens) -> None:
    guarded = {
        "dependencies": [require_admin_token(tokens)],
        "responses": {
            503: {"model": Refusal, "description": "Another one is writing the workspace"},
            507: {"model": Refusal, "description": "There is no room to keep it"},
        },
    }

    @app.post(
        f"{ANALYTICS}/calculate/",
        response_model=AnalyticsRecord,
        openapi_extra=describe_body(RangeRequest, is_required=False),
        **guarded,
    )
    async def calculate_analytics(body: Body, website_id: WebsiteId = None) -> Response:
        """The snapshot of any range, kept for every later run and export.

        Without dates, of the last 30 days up to as_of.
        """

        def write(published: Published) -> bytes:
            asked = parse_body(RangeRequest, body)
            website = _website_to_write(served, asked, website_id)
            dates = (asked.get("date_from"), asked.get("date_to"))
            return dump(calculate(published, website, *dates))

        return Response(await writers.write(write), media_type=JSON)

    @app.post(
        f"{WIDGETS}/",
        status_code=201,
        response_model=Widget,
        openapi_extra=describe_body(WidgetRequest),
        **guarded,
    )
    async def create_dashboard_widget(body: Body, website_id: WebsiteId = None) -> Response:
        """Make a widget."""

        def write(published: Published) -> bytes:
            asked = parse_body(WidgetRequest, body)
            website = _website_to_write(served, asked, website_id)
            return dump(create_widget(published, website, asked))

        return Response(await writers.write(write), 201, media_type=JSON)

    async def change(
        fields: type[WidgetChanges], body: bytes, widget_id: int, website_id: int | None
    ) -> Response:
        def write(published: Published) -> bytes:
            asked = parse_body(fields, body)
            _refuse_two_websites(asked, website_id)
            return dump(change_widget(published, website_id, widget_id, asked))

        return Response(await writers.write(write), media_type=JSON)

    @app.put(
        f"{WIDGETS}/{{id:id}}/",
        response_model=Widget,
        openapi_extra=describe_body(WidgetRequest),
        **guarded,
    )
    async def update_dashboard_widget(
        widget_id: Id, body: Body, website_id: AnyWebsiteId = None
    ) -> Response:
        """Change a widget; what may be left out stays as it is."""
        return await change(WidgetRequest, body, widget_id, website_id)

    @app.patch(
        f"{WIDGETS}/{{id:id}}/",
        response_model=Widget,
        openapi_extra=describe_body(WidgetChanges),
        **guarded,
    )
    async def partial_update_dashboard_widget(
        widget_id: Id, body: Body, website_id: AnyWebsiteId = None
    ) -> Response:
        """Change some fields of a widget; all others stay as they are."""
        return await change(WidgetChanges, body, widget_id, website_id)

    @app.delete(f"{WIDGETS}/{{id:id}}/", status_code=204, **guarded)
    async def delete_dashboard_widget(widget_id: Id, website_id: AnyWebsiteId = None) -> Response:
        """Take a widget away."""
        await writers.write(lambda published: delete_widget(published, website_id, widget_id))
        return Response(status_code=204)


def _website_to_write(
    served: Served, asked: RangeRequest | WidgetRequest, website_id: int | None
) -> int:
    """The website that the body or the parameter names, else the one that answers readers."""
    _refuse_two_websites(asked, website_id)
    named = asked.get("website")
    try:
        return served.current().website(website_id if named is None else named).id
    except NotFoundError:
        if website_id is not None or named is None:
            raise
        raise UsageError(f'Invalid pk "{named}" - object does not exist.', "website") from None


def _refuse_two_websites(asked: RangeRequest | WidgetChanges, website_id: int | None) -> None:
    named = asked.get("website", website_id)
    if website_id is not None and named != website_id:
        raise UsageError(f"The body says {named}, the URL ?website={website_id}.", "website")
