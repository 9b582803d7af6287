"""What all responses share: checksums that spare transfers, strict headers, the words for errors.

Errors read as those of Django REST framework, whose clients the documented URLs are written for.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import simplejson
from fastapi import FastAPI, Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.routing import Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api_export.errors import BusyError, NotFoundError, UsageError
from api_export.manifest import MANIFEST
from api_export.writer import dump

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
    "Cross-Origin-Resource-Policy": "same-origin",
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

    A folder answers with its `index.json`, the root with `index.html`.
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


class Headers:
    """Puts the strict headers on every response, and answers HEAD wherever GET is answered."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap an app."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer; the server itself leaves out the body of a HEAD."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_strict(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(SECURITY_HEADERS)
            await send(message)

        method = "GET" if scope["method"] == "HEAD" else scope["method"]
        await self._app(scope | {"method": method}, receive, send_strict)


# --- Errors -----------------------------------------------------------------------------------

NOT_FOUND = {"detail": "Not found."}
WORDS = {
    "missing": "This field is required.",
    "bool": "Must be a valid boolean.",
    "int": "A valid integer is required.",
    "greater_than_equal": "Ensure this value is greater than or equal to {ge}.",
    "less_than_equal": "Ensure this value is less than or equal to {le}.",
    "less_than": "Ensure this value is less than {lt}.",
    "string_pattern_mismatch": "This field may not be blank.",
    "string_too_long": "Ensure this field has no more than {max_length} characters.",
    "string": "Not a valid string.",
    "literal_error": '"{input}" is not a valid choice.',
    "date": "Date has wrong format. Use one of these formats instead: YYYY-MM-DD.",
    "value_error": "Value must be valid JSON.",
    "model": "Invalid data. Expected a dictionary, but got {kind}.",
}
"""What is said of an error of pydantic's, by the first of these that its type begins with."""


def add_error_handlers(app: FastAPI) -> None:
    """Make an app answer errors as Django REST framework does."""
    app.add_exception_handler(HTTPException, _tell_http_error)
    app.add_exception_handler(RequestValidationError, _tell_invalid_request)
    app.add_exception_handler(ValidationError, _tell_invalid_body)
    app.add_exception_handler(NotFoundError, _tell_not_found)
    app.add_exception_handler(UsageError, _tell_usage_error)
    app.add_exception_handler(BusyError, _tell_busy)


def _refuse(status: int, content: Any, headers: Mapping[str, str] | None = None) -> Response:
    return Response(dump(content), status, headers, JSON)


def _tell_http_error(request: Request, error: HTTPException) -> Response:
    if error.status_code == 404:
        return _refuse(404, NOT_FOUND)
    if error.status_code == 405:
        detail = f'Method "{request.method}" not allowed.'
        return _refuse(405, {"detail": detail}, {"Allow": ", ".join(_allowed_methods(request))})
    return _refuse(error.status_code, {"detail": error.detail}, error.headers)


def _allowed_methods(request: Request) -> list[str]:
    """The methods that a URL answers; a file of the export is no route, and answers GET."""
    methods = {
        method
        for route in request.app.routes
        if route.matches(request.scope)[0] is not Match.NONE
        for method in route.methods
    }
    return sorted(methods or {"GET"})


def _tell_not_found(request: Request, error: NotFoundError) -> Response:
    return _refuse(404, NOT_FOUND)


def _tell_invalid_request(request: Request, error: RequestValidationError) -> Response:
    """Wrong parameters; an id in the path that is none belongs to nothing."""
    errors = error.errors()
    if any(one["loc"][0] == "path" for one in errors):
        return _refuse(404, NOT_FOUND)
    return _refuse(400, _by_field((one["loc"][1:], one) for one in errors))


def _tell_invalid_body(request: Request, error: ValidationError) -> Response:
    return _refuse(400, _by_field((one["loc"], one) for one in error.errors()))


def _tell_usage_error(request: Request, error: UsageError) -> Response:
    return _refuse(400, {error.field: [str(error)]})


def _tell_busy(request: Request, error: BusyError) -> Response:
    return _refuse(503, {"detail": str(error)}, {"Retry-After": str(RETRY_SECONDS)})


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
