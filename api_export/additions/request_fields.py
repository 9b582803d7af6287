"""What a request may ask to add: the fields of each body, and which values each field may have."""

import re
from datetime import date
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    StringConstraints,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError
from simplejson import RawJSON
from typing_extensions import TypedDict

from api_export.payloads.limits import MAX_INT64, MIN_INT64
from api_export.payloads.schemas import WidgetType
from api_export.payloads.strict_json import dumps_sorted

MAX_TITLE_LENGTH = 200
"""Characters of a widget's title, which heads a card."""
NOT_NULL = {"not": {"type": "null"}, "description": "Any JSON but null."}


def _read_date(value: Any) -> Any:
    """Only YYYY-MM-DD: pydantic would take an instant or a number too."""
    is_date = isinstance(value, str) and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value)
    return value if is_date or value is None else ""


def _read_number(value: Any) -> Any:
    """A number by its text, as strict JSON keeps it."""
    return value.encoded_json if isinstance(value, RawJSON) else value


def _refuse_null_characters(value: Any) -> Any:
    if isinstance(value, str) and "\0" in value:
        raise PydanticCustomError("null_characters", "Null characters are not allowed.")
    return value


def _check_config(config: Any) -> Any:
    """Any JSON but null, as of the source; a lone surrogate isn't text."""
    if config is None:
        raise PydanticCustomError("null", "null")
    dumps_sorted(config)
    return config


Date = Annotated[date, BeforeValidator(_read_date)]
WebsiteId = Annotated[
    int,
    Field(ge=MIN_INT64, le=MAX_INT64, json_schema_extra={"format": "int64"}),
    BeforeValidator(_read_number),
]
Title = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True,
        max_length=MAX_TITLE_LENGTH,
        pattern=r"^[^\x00]*[^\x00\s][^\x00]*$",
    ),
    BeforeValidator(_refuse_null_characters),
]
Position = Annotated[
    int,
    Field(ge=0, le=MAX_INT64, json_schema_extra={"format": "int64"}),
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
