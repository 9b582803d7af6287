"""The server: the documented URLs for any window, and the export with its page as files.

It is thin. A figure is a plain select from the published marts, by the code that writes the export,
so a window that has a file is answered with that file's bytes.
"""

from dataclasses import dataclass, field
from typing import Any

from fastapi import Depends, FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi.middleware.gzip import GZipMiddleware
from fastapi.middleware.trustedhost import TrustedHostMiddleware
from fastapi.security import APIKeyHeader

from api_export.additions.published import Published
from api_export.descriptions import describe, read_descriptions
from api_export.server.access import ReadAccess, Tokens
from api_export.server.bodies import body_schemas
from api_export.server.error_responses import add_error_handlers
from api_export.server.exported_files import ExportedFiles
from api_export.server.lookups import add_lookups
from api_export.server.methods import METHODS
from api_export.server.parameters import refuse_unknown_parameters, register_id_convertor
from api_export.server.reading import add_analytics, add_widgets
from api_export.server.served import Served
from api_export.server.strict_headers import StrictHeaders
from api_export.server.writers import Writers
from api_export.server.writing import Refusal, add_calculating, add_widget_editing

MAX_BODY_BYTES = 1_000_000
"""Bytes of a request's body: far more than a widget's config needs, and little to hold."""

FieldErrors = dict[str, list[str]]
"""What is wrong with each field of a request."""


@dataclass(frozen=True)
class Options:
    """How to serve."""

    tokens: Tokens = field(default_factory=Tokens)
    """What a request must show to read and to write."""
    origins: tuple[str, ...] = ()
    """Of the pages from elsewhere that may read and write too."""
    cache_seconds: int = 60
    """How long readers may keep analytics before they ask again."""
    hosts: tuple[str, ...] = ("*",)
    """The names by which the server may be called."""


def build_app(published: Published, options: Options) -> FastAPI:
    """The server of a workspace, from which something has been published."""
    register_id_convertor()
    served = Served(published)
    writers = Writers(published)
    app = FastAPI(
        title="Loyalty Analytics",
        description="Points, tiers, redemptions and engagement of loyalty programmes.",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        dependencies=[Depends(refuse_unknown_parameters), *_describe_reading(options.tokens)],
        generate_unique_id_function=lambda route: route.name,
        responses={"4XX": {"model": Refusal | FieldErrors, "description": "Refused"}},
        max_body_size=MAX_BODY_BYTES,
    )
    add_analytics(app, served, options.cache_seconds)
    add_lookups(app, served, options.cache_seconds)
    add_widgets(app, served)
    add_calculating(app, served, writers, options.tokens)
    add_widget_editing(app, served, writers, options.tokens)
    types = app.openapi()["components"]["schemas"]
    describe(types, read_descriptions(served.current().marts))
    types.update(body_schemas())
    app.router.default = ExportedFiles(published.current_export)
    add_error_handlers(app)
    _add_middleware(app, options)
    return app


def _add_middleware(app: FastAPI, options: Options) -> None:
    """Wrap an app in what every request goes through; the last one added comes first."""
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
    app.add_middleware(StrictHeaders, origins=options.origins)


def _describe_reading(tokens: Tokens) -> list[Any]:
    """What the OpenAPI document says of reading; `ReadAccess` enforces it."""
    if tokens.read is None:
        return []
    scheme = APIKeyHeader(
        name="Authorization",
        scheme_name="ReadToken",
        description="`Token …` or `Bearer …`, with the token of LOYALTY_READ_TOKEN.",
        auto_error=False,
    )
    return [Depends(scheme)]
