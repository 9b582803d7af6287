"""What requests bring: bodies of strict JSON, and what each field may be."""

import re
from datetime import date
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Request
from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    Field,
    StringConstraints,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError
from simplejson import RawJSON
from starlette.exceptions import HTTPException

from api_export.schemas import WidgetType
from api_export.strict_json import dumps_sorted, loads_strict

LONGEST_TITLE = 255
INT64 = 2**63
NOT_NULL = {"type": ["object", "array", "string", "number", "boolean"]}


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


class RangeRequest(BaseModel):
    """A range to calculate, both ends inclusive."""

    date_from: Date
    date_to: Date


class WidgetRequest(BaseModel):
    """A widget; its other fields are not the caller's to set."""

    widget_type: WidgetType
    title: Annotated[
        str,
        StringConstraints(
            strip_whitespace=True,
            max_length=LONGEST_TITLE,
            pattern=r"^[^\x00]*[^\x00\s][^\x00]*$",
        ),
        BeforeValidator(_refuse_nulls),
    ]
    position: Annotated[int, Field(ge=-INT64, lt=INT64), BeforeValidator(_read_number)] = 0
    is_visible: Annotated[bool, BeforeValidator(_read_number)] = True
    config: Annotated[Any, AfterValidator(_check_config), WithJsonSchema(NOT_NULL)] = {}


async def _read_body(request: Request) -> bytes:
    return await request.body()


Body = Annotated[bytes, Depends(_read_body)]
Fields = TypeVar("Fields", bound=BaseModel)


def parse_body(model: type[Fields], body: bytes) -> Fields:
    """The fields of a body of strict JSON; raises `HTTPException` or `ValidationError`."""
    try:
        content = loads_strict(body.decode())
    except ValueError as error:
        raise HTTPException(400, f"JSON parse error - {error}") from None
    return model.model_validate(content)


def describe_body(model: type[BaseModel]) -> dict[str, Any]:
    """A body in the OpenAPI document."""
    schema = model.model_json_schema()
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}
