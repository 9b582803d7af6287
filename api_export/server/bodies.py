"""What requests bring: bodies of strict JSON, and what each field may be."""

import re
from datetime import date
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Request
from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    StringConstraints,
    TypeAdapter,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError
from simplejson import RawJSON
from starlette.exceptions import HTTPException
from typing_extensions import TypedDict

from api_export.payloads.schemas import WidgetType
from api_export.payloads.strict_json import dumps_sorted, loads_strict

LONGEST_TITLE = 200
INT64 = 2**63 - 1
NOT_NULL = {"not": {"type": "null"}, "description": "Any JSON but null."}


def _read_date(value: Any) -> Any:
    """Only YYYY-MM-DD: pydantic would take an instant or a number too."""
    is_date = isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value)
    return value if is_date or value is None else ""


def _read_number(value: Any) -> Any:
    """A number by its text, as strict JSON keeps it."""
    return value.encoded_json if isinstance(value, RawJSON) else value


def _refuse_nulls(value: Any) -> Any:
    if isinstance(value, str) and "\0" in value:
        raise PydanticCustomError("null_characters", "Null characters are not allowed.")
    return value


def _check_config(config: Any) -> Any:
    """Any JSON but null, as of the source; a lone surrogate is no text."""
    if config is None:
        raise PydanticCustomError("null", "null")
    dumps_sorted(config)
    return config


Date = Annotated[date, BeforeValidator(_read_date)]
WebsiteId = Annotated[
    int,
    Field(ge=-INT64 - 1, le=INT64, json_schema_extra={"format": "int64"}),
    BeforeValidator(_read_number),
]
Title = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True,
        max_length=LONGEST_TITLE,
        pattern=r"^[^\x00]*[^\x00\s][^\x00]*$",
    ),
    BeforeValidator(_refuse_nulls),
]
Position = Annotated[
    int,
    Field(ge=0, le=INT64, json_schema_extra={"format": "int64"}),
    BeforeValidator(_read_number),
]
IsVisible = Annotated[bool, BeforeValidator(_read_number)]
WidgetConfig = Annotated[Any, AfterValidator(_check_config), WithJsonSchema(NOT_NULL)]


class RangeRequest(TypedDict, total=False):
    """A range to calculate, both ends inclusive; without dates, the last 30 days."""

    website: WebsiteId
    date_from: Date
    date_to: Date


class WidgetChanges(TypedDict, total=False):
    """What to change of a widget; its other fields are not the caller's to set."""

    website: WebsiteId
    widget_type: WidgetType
    title: Title
    position: Position
    is_visible: IsVisible
    config: WidgetConfig


class WidgetRequest(WidgetChanges):
    """A widget; what is left out of a new one is position 0, visible, an empty config."""

    widget_type: WidgetType
    title: Title


async def _read_body(request: Request) -> bytes:
    return await request.body()


Body = Annotated[bytes, Depends(_read_body)]
Fields = TypeVar("Fields")


def parse_body(fields: type[Fields], body: bytes) -> Fields:
    """The fields of a body of strict JSON, an empty one has none.

    Raises `HTTPException` or `ValidationError`.
    """
    try:
        content = loads_strict(body.decode()) if body else {}
    except ValueError as error:
        raise HTTPException(400, f"JSON parse error - {error}") from None
    return TypeAdapter(fields).validate_python(content)


def describe_body(fields: type, *, is_required: bool = True) -> dict[str, Any]:
    """A body in the OpenAPI document, by the name that `body_schemas` gives it."""
    schema = {"$ref": f"#/components/schemas/{fields.__name__}"}
    content = {"application/json": {"schema": schema}}
    return {"requestBody": {"required": is_required, "content": content}}


def body_schemas() -> dict[str, Any]:
    """What each body may be, by its name."""
    bodies = (RangeRequest, WidgetChanges, WidgetRequest)
    return {body.__name__: TypeAdapter(body).json_schema() for body in bodies}
