"""What all responses share: checksums that spare transfers, strict headers, the words for errors.

Errors read as those of Django REST framework, whose clients the documented URLs are written for.
"""

import errno
import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import duckdb
import simplejson
from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.datastructures import Headers as RequestHeaders
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api_export.errors import (
    BusyError,
    LoyaltyError,
    NoRoomError,
    NotFoundError,
    UnwritableError,
    UsageError,
)
from api_export.export.manifest import MANIFEST
from api_export.export.writer import dump

JSON = "application/json"
MEDIA_TYPES = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".json": JSON,
    ".svg": "image/svg+xml",
}
"""Of the files of an export, by their endings."""
REVALIDATE = "no-cache"
"""Keep it, but ask each time whether it is still the same."""
RETRY_SECONDS = 10

SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:;"
        " font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none';"
        " frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def reply(request: Request, content: bytes, media_type: str, cache_control: str) -> Response:
    """The content, or 304 where the reader has it. Its ETag is its sha256, as in the manifest."""
    checksum = hashlib.sha256(content).hexdigest()
    headers = {"ETag": f'W/"{checksum}"', "Cache-Control": cache_control}
    known = request.headers.get("if-none-match", "")
    if known == "*" or f'"{checksum}"' in (tag.strip(" W/") for tag in known.split(",")):
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=media_type, headers=headers)


class ExportedFiles:
    """The export as it lies on the disk: what its manifest lists, and no other file.

    A folder answers with its `index.json`, the root with `index.html`. A URL that lacks its last
    slash is led to it, whether a folder or a route of the app has it.
    """

    def __init__(self, current: Path) -> None:
        """`current` is the link that a run switches."""
        self._current = current

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or raise 404 or 405."""
        request = Request(scope)
        response = await run_in_threadpool(self._answer, request)
        await response(scope, receive, send)

    def _answer(self, request: Request) -> Response:
        path = request.url.path.removeprefix("/")
        if not path:
            path = "index.html"
        elif path.endswith("/"):
            path += "index.json"
        content = self._read(path)
        if content is None:
            if _routes(request, "/") or self._read(f"{path}/index.json") is not None:
                return _lead_to_slash(request)
            raise HTTPException(404)
        if request.method != "GET":
            raise HTTPException(405)
        return reply(request, content, MEDIA_TYPES[Path(path).suffix], REVALIDATE)

    def _read(self, path: str) -> bytes | None:
        """A file of the current export; none where it lists no such file."""
        version = self._current.resolve()
        try:
            return (version / path).read_bytes() if path in _listed_files(version) else None
        except FileNotFoundError:
            if self._current.resolve() == version:
                raise
            return self._read(path)  # a run has switched, and removed that version


@lru_cache(maxsize=8)
def _listed_files(version: Path) -> frozenset[str]:
    """The paths of an export. Its folder is named for what it holds, so they stay the same."""
    manifest = simplejson.loads((version / MANIFEST).read_bytes())
    return frozenset({MANIFEST, *(file["path"] for file in manifest["files"])})


def _lead_to_slash(request: Request) -> Response:
    """A relative redirect: how the server is called from outside is not known here."""
    last = request.url.path.rpartition("/")[2]
    query = f"?{request.url.query}" if request.url.query else ""
    return Response(status_code=307, headers={"Location": f"{quote(last, safe='')}/{query}"})


class Headers:
    """Puts the strict headers on every response, and answers HEAD wherever GET is answered.

    A page of an allowed origin may use what it gets, any other one may not.
    """

    def __init__(self, app: ASGIApp, origins: Collection[str]) -> None:
        """Wrap an app."""
        self._app = app
        self._origins = origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer; the server itself leaves out the body of a HEAD."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        is_allowed = RequestHeaders(scope=scope).get("origin") in self._origins
        policy = {"Cross-Origin-Resource-Policy": "cross-origin" if is_allowed else "same-origin"}

        async def send_strict(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(SECURITY_HEADERS | policy)
            await send(message)

        asked = scope["method"]
        method = "GET" if asked == "HEAD" else asked
        await self._app(scope | {"method": method, "asked_method": asked}, receive, send_strict)


# --- Errors -----------------------------------------------------------------------------------

NOT_FOUND = {"detail": "Not found."}
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS")
FULL_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
WORDS = {
    "missing": "This field is required.",
    "bool": "Must be a valid boolean.",
    "int": "A valid integer is required.",
    "greater_than_equal": "Ensure this value is greater than or equal to {ge}.",
    "less_than_equal": "Ensure this value is less than or equal to {le}.",
    "string_pattern_mismatch": "This field may not be blank.",
    "string_too_long": "Ensure this field has no more than {max_length} characters.",
    "string": "Not a valid string.",
    "literal_error": '"{input}" is not a valid choice.',
    "date": "Date has wrong format. Use one of these formats instead: YYYY-MM-DD.",
    "value_error": "Value must be valid JSON.",
    "dict_type": "Invalid data. Expected a dictionary, but got {kind}.",
}
"""What is said of an error of pydantic's, by the first of these that its type begins with."""


def add_error_handlers(app: FastAPI) -> None:
    """Make an app answer errors as Django REST framework does."""
    app.add_exception_handler(HTTPException, _tell_http_error)
    app.add_exception_handler(RequestValidationError, _tell_invalid_request)
    app.add_exception_handler(UnknownParametersError, _tell_unknown_parameters)
    app.add_exception_handler(ValidationError, _tell_invalid_body)
    app.add_exception_handler(NotFoundError, _tell_not_found)
    app.add_exception_handler(UsageError, _tell_usage_error)
    app.add_exception_handler(BusyError, _tell_busy)
    app.add_exception_handler(NoRoomError, _tell_no_room)
    app.add_exception_handler(UnwritableError, _tell_unavailable)
    app.add_exception_handler(LoyaltyError, _tell_unavailable)
    app.add_exception_handler(OSError, _tell_os_error)
    app.add_exception_handler(duckdb.Error, _tell_unavailable)
    app.add_exception_handler(ClientDisconnect, _tell_nobody)


def refuse(status: int, content: Any, headers: Mapping[str, str] | None = None) -> Response:
    """A refusal in JSON."""
    return Response(dump(content), status, headers, JSON)


def _tell_http_error(request: Request, error: HTTPException) -> Response:
    if error.status_code == 404:
        return refuse(404, NOT_FOUND)
    if error.status_code == 405:
        return _tell_methods(request)
    return refuse(error.status_code, {"detail": error.detail}, error.headers)


def _tell_methods(request: Request) -> Response:
    """What a URL answers: as the answer to OPTIONS, or to a method that it doesn't answer."""
    routes = _routes(request)
    methods = {method for route in routes for method in route.methods} or {"GET"}
    methods |= {"OPTIONS"} | ({"HEAD"} if "GET" in methods else set())
    allow = {"Allow": ", ".join(method for method in METHODS if method in methods)}
    if request.method != "OPTIONS":
        detail = f'Method "{request.scope["asked_method"]}" not allowed.'
        return refuse(405, {"detail": detail}, allow)
    described = {
        "name": routes[0].name.replace("_", " ").capitalize() if routes else "Exported file",
        "description": getattr(routes[0], "description", "") if routes else "",
        "renders": [JSON if routes else MEDIA_TYPES[Path(request.url.path).suffix or ".json"]],
        "parses": [JSON] if routes else [],
    }
    return Response(dump(described), 200, allow, JSON)


def _routes(request: Request, slash: str = "") -> list[BaseRoute]:
    """The routes of a URL, with a slash put behind it or not; a file of the export has none."""
    scope = request.scope | {"path": request.scope["path"] + slash}
    return [route for route in request.app.routes if route.matches(scope)[0] is not Match.NONE]


def _tell_not_found(request: Request, error: NotFoundError) -> Response:
    return refuse(404, NOT_FOUND)


def _tell_invalid_request(request: Request, error: RequestValidationError) -> Response:
    """Wrong parameters; an id in the path that is none belongs to nothing."""
    errors = error.errors()
    if any(one["loc"][0] == "path" for one in errors):
        return refuse(404, NOT_FOUND)
    return refuse(400, _by_field((one["loc"][1:], one) for one in errors))


class UnknownParametersError(Exception):
    """A request has parameters that its URL doesn't take."""


def _tell_unknown_parameters(request: Request, error: UnknownParametersError) -> Response:
    return refuse(400, {name: ["Unknown parameter."] for name in error.args[0]})


def _tell_invalid_body(request: Request, error: ValidationError) -> Response:
    return refuse(400, _by_field((one["loc"], one) for one in error.errors()))


def _tell_usage_error(request: Request, error: UsageError) -> Response:
    return refuse(400, {error.field: [str(error)]})


def _tell_busy(request: Request, error: BusyError) -> Response:
    return refuse(503, {"detail": str(error)}, {"Retry-After": str(RETRY_SECONDS)})


def _tell_no_room(request: Request, error: NoRoomError) -> Response:
    return refuse(507, {"detail": f"{error}."})


def _tell_unavailable(request: Request, error: Exception) -> Response:
    return refuse(503, {"detail": f"{error}."})


def _tell_nobody(request: Request, error: ClientDisconnect) -> Response:
    """Who left before his body came takes no answer; it is no fault of the server's either."""
    return Response(status_code=400)


def _tell_os_error(request: Request, error: OSError) -> Response:
    """What the disk refused; who asked to write is told that nothing of it is kept."""
    outcome = "" if request.method == "GET" else "; nothing was changed"
    if error.errno in FULL_DISK:
        detail = f"The server's disk is full{outcome}: make room there, then try again."
        return refuse(507, {"detail": detail})
    return refuse(503, {"detail": f"The server's disk: {error.strerror}{outcome}."})


def _by_field(errors: Iterable[tuple[tuple[int | str, ...], Any]]) -> dict[str, list[str]]:
    fields: dict[str, list[str]] = defaultdict(list)
    for location, error in errors:
        fields[str(location[0]) if location else "non_field_errors"].append(_words(error))
    return fields


def _words(error: Any) -> str:
    value = error["input"]
    if value is None and error["loc"]:
        return "This field may not be null."
    words = next((words for kind, words in WORDS.items() if error["type"].startswith(kind)), None)
    kind = "number" if isinstance(value, simplejson.RawJSON) else type(value).__name__
    context = error.get("ctx", {}) | {"input": value, "kind": kind}
    return error["msg"] if words is None else words.format_map(context)
