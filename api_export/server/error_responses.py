"""The responses to errors, which read as those of Django REST framework.

Its clients are whom the documented URLs are written for.
"""

import errno
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import duckdb
import simplejson
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from api_export.errors import (
    BusyError,
    LoyaltyError,
    NoRoomError,
    NotFoundError,
    UnwritableError,
    UsageError,
)
from api_export.server.methods import describe_methods
from api_export.server.parameters import UnknownParametersError
from api_export.server.replies import refuse

RETRY_SECONDS = 10
"""After which a request that found the workspace busy may be sent again."""
NOT_FOUND = {"detail": "Not found."}
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
"""The words for an error of pydantic's: the first of these that its type begins with."""


def add_error_handlers(app: FastAPI) -> None:
    """Make an app answer errors as Django REST framework does."""
    app.add_exception_handler(HTTPException, _refuse_http_error)
    app.add_exception_handler(RequestValidationError, _refuse_request)
    app.add_exception_handler(UnknownParametersError, _refuse_unknown_parameters)
    app.add_exception_handler(ValidationError, _refuse_body)
    app.add_exception_handler(NotFoundError, _refuse_not_found)
    app.add_exception_handler(UsageError, _refuse_usage_error)
    app.add_exception_handler(BusyError, _refuse_busy)
    app.add_exception_handler(NoRoomError, _refuse_no_room)
    app.add_exception_handler(UnwritableError, _refuse_unavailable)
    app.add_exception_handler(LoyaltyError, _refuse_unavailable)
    app.add_exception_handler(OSError, _refuse_disk_error)
    app.add_exception_handler(duckdb.Error, _refuse_unavailable)
    app.add_exception_handler(ClientDisconnect, _end_disconnected)


def _refuse_http_error(request: Request, error: HTTPException) -> Response:
    if error.status_code == 404:
        return refuse(404, NOT_FOUND)
    if error.status_code == 405:
        return describe_methods(request)
    return refuse(error.status_code, {"detail": error.detail}, error.headers)


def _refuse_not_found(request: Request, error: NotFoundError) -> Response:
    return refuse(404, {"detail": str(error)} if error.args else NOT_FOUND)


def _refuse_request(request: Request, error: RequestValidationError) -> Response:
    """Wrong parameters; an id in the path that can't be read belongs to nothing."""
    errors = error.errors()
    if any(one["loc"][0] == "path" for one in errors):
        return refuse(404, NOT_FOUND)
    return refuse(400, _by_field((one["loc"][1:], one) for one in errors))


def _refuse_unknown_parameters(request: Request, error: UnknownParametersError) -> Response:
    return refuse(400, {name: ["Unknown parameter."] for name in error.args[0]})


def _refuse_body(request: Request, error: ValidationError) -> Response:
    return refuse(400, _by_field((one["loc"], one) for one in error.errors()))


def _refuse_usage_error(request: Request, error: UsageError) -> Response:
    return refuse(400, {error.field: [str(error)]})


def _refuse_busy(request: Request, error: BusyError) -> Response:
    return refuse(503, {"detail": str(error)}, {"Retry-After": str(RETRY_SECONDS)})


def _refuse_no_room(request: Request, error: NoRoomError) -> Response:
    return refuse(507, {"detail": f"{error}."})


def _refuse_unavailable(request: Request, error: Exception) -> Response:
    return refuse(503, {"detail": f"{error}."})


def _end_disconnected(request: Request, error: ClientDisconnect) -> Response:
    """Nobody reads the answer to a client that left before its body came; the log stays clean."""
    return Response(status_code=400)


def _refuse_disk_error(request: Request, error: OSError) -> Response:
    """The disk's error; a request that writes is also assured that nothing of it is kept."""
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
    if value is None and error["loc"] and error["type"] != "missing":
        return "This field may not be null."
    words = next((words for kind, words in WORDS.items() if error["type"].startswith(kind)), None)
    kind = "number" if isinstance(value, simplejson.RawJSON) else type(value).__name__
    context = error.get("ctx", {}) | {"input": value, "kind": kind}
    return error["msg"] if words is None else words.format_map(context)
