"""The server: the documented URLs for any window, and the export with its page as files.

It is thin. A figure is a plain select from the published marts, by the code that writes the export,
so a window that has a file is answered with that file's bytes.
"""

import hmac
import re
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Depends, FastAPI, Query, Request, Response
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.middleware.trustedhost import TrustedHostMiddleware
from fastapi.security import APIKeyHeader
from pydantic import BaseModel, BeforeValidator
from starlette.exceptions import HTTPException
from typing_extensions import TypedDict

from api_export.calculate import calculate
from api_export.endpoints import API_ROOT, ENDPOINTS, Endpoint
from api_export.published import Published
from api_export.responses import JSON, REVALIDATE, ExportedFiles, Headers, add_error_handlers, reply
from api_export.schemas import AnalyticsRecord, Widget, WidgetData
from api_export.served import Served
from api_export.strict_json import loads_strict
from api_export.writer import dump

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
    app.include_router(_build_analytics(served, options))
    app.include_router(_build_widgets(served))
    app.include_router(_build_calculate(served, published, options))
    app.router.default = ExportedFiles(published.current_export)
    add_error_handlers(app)
    app.add_middleware(GZipMiddleware, compresslevel=5)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=options.hosts, www_redirect=False)
    app.add_middleware(Headers)
    return app


def _build_analytics(served: Served, options: Options) -> APIRouter:
    router = APIRouter(prefix=f"/{API_ROOT}/analytics", tags=["analytics"])
    cache_control = f"max-age={options.cache_seconds}" if options.cache_seconds else REVALIDATE

    @router.get("/", response_model=list[AnalyticsRecord])
    def list_analytics(request: Request, website_id: WebsiteId = None) -> Response:
        """The stored snapshots of months, weeks and ranges asked for, the newest first."""
        return reply(request, dump(served.website(website_id).records), JSON, cache_control)

    def add(endpoint: Endpoint) -> None:
        def answer(request: Request, website_id: int | None, value: int | None) -> Response:
            payload = served.website(website_id).payload(endpoint, value)
            return reply(request, dump(payload), JSON, cache_control)

        router.add_api_route(
            f"/{endpoint.name}/",
            _with_parameter(endpoint, answer),
            response_model=endpoint.payload_type,
            name=endpoint.name,
            description=endpoint.schema.__doc__,
        )

    for endpoint in ENDPOINTS:
        add(endpoint)

    @router.get("/{id:int}/", response_model=AnalyticsRecord)
    def get_analytics(request: Request, id: int, website_id: WebsiteId = None) -> Response:
        """One stored snapshot."""
        return reply(request, dump(served.website(website_id).record(id)), JSON, cache_control)

    return router


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


def _build_widgets(served: Served) -> APIRouter:
    router = APIRouter(prefix=f"/{API_ROOT}/dashboard-widgets", tags=["dashboard widgets"])

    @router.get("/", response_model=list[Widget])
    def list_widgets(request: Request, website_id: WebsiteId = None) -> Response:
        """The visible widgets, by position."""
        return reply(request, dump(served.website(website_id).widgets), JSON, REVALIDATE)

    @router.get("/{id}/", response_model=Widget)
    def get_widget(request: Request, id: int, website_id: WebsiteId = None) -> Response:
        """One visible widget."""
        return reply(request, dump(served.website(website_id).widget(id)), JSON, REVALIDATE)

    @router.get("/{id}/data/", response_model=WidgetData)
    def get_widget_data(request: Request, id: int, website_id: WebsiteId = None) -> Response:
        """One visible widget with what it shows."""
        return reply(request, dump(served.website(website_id).widget_data(id)), JSON, REVALIDATE)

    return router


# --- Writing ----------------------------------------------------------------------------------


def _read_date(value: Any) -> Any:
    """Only YYYY-MM-DD: pydantic would take an instant or a number too."""
    is_date = isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value)
    return value if is_date or value is None else ""


class RangeRequest(BaseModel):
    """A range to calculate, both ends inclusive."""

    date_from: Annotated[date, BeforeValidator(_read_date)]
    date_to: Annotated[date, BeforeValidator(_read_date)]


async def _read_body(request: Request) -> bytes:
    return await request.body()


Body = Annotated[bytes, Depends(_read_body)]
Fields = TypeVar("Fields", bound=BaseModel)


def _parse(model: type[Fields], body: bytes) -> Fields:
    """The fields of a body of strict JSON; raises 400."""
    try:
        content = loads_strict(body.decode())
    except ValueError as error:
        raise HTTPException(400, f"JSON parse error - {error}") from None
    return model.model_validate(content)


def _describe_body(model: type[BaseModel]) -> dict[str, Any]:
    """A body in the OpenAPI document."""
    schema = model.model_json_schema()
    return {"requestBody": {"required": True, "content": {JSON: {"schema": schema}}}}


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


def _build_calculate(served: Served, published: Published, options: Options) -> APIRouter:
    router = APIRouter(
        prefix=f"/{API_ROOT}/analytics",
        tags=["analytics"],
        dependencies=[_require_token(options.admin_token)],
        responses={503: {"model": Refusal, "description": "The workspace is being written"}},
    )
    writing = threading.Lock()

    @router.post(
        "/calculate/", response_model=AnalyticsRecord, openapi_extra=_describe_body(RangeRequest)
    )
    def calculate_analytics(body: Body, website_id: WebsiteId = None) -> Response:
        """The snapshot of any range, kept for every later run and export."""
        asked = _parse(RangeRequest, body)
        website = served.website(website_id)
        with writing, published.writing("a request to loyalty serve"):
            record = calculate(published, website.id, asked.date_from, asked.date_to)
        return Response(dump(record), media_type=JSON)

    return router
