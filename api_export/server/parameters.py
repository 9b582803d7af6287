"""What URLs take: ids in their paths, `?website=`, and no parameter that nothing reads."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Path, Query, Request
from pydantic import BeforeValidator, Field, WithJsonSchema, WrapValidator
from starlette.convertors import Convertor, register_url_convertor

from api_export.additions.request_fields import Date
from api_export.errors import NotFoundError
from api_export.payloads.endpoints import ALL_WEBSITES
from api_export.payloads.figures import FIGURES
from api_export.payloads.limits import DEFAULT_DAYS, MAX_DAYS, MAX_INT64
from api_export.payloads.schemas import INT64

MOST_ROWS = 1000
"""Rows that one answer lists: `loyalty explain --csv` gives them all."""
CACHE_BUSTER = "_"
"""The parameter that jQuery and others add so that nothing kept is used."""

DATE = {"type": "string", "format": "date"}


def _refuse_all(value: Any) -> Any:
    """The value, unless it means all websites: for most that is answered, nothing adds up."""
    if value == ALL_WEBSITES:
        raise NotFoundError("There is none of all websites together: name one of them.")
    return value


def _read_all(value: Any, read_id: Callable[[Any], int]) -> int | str:
    return ALL_WEBSITES if value == ALL_WEBSITES else read_id(value)


WebsiteId = Annotated[
    int | None,
    BeforeValidator(_refuse_all),
    Query(
        alias="website",
        description="The website's id; without it, the first one with events answers.",
    ),
    WithJsonSchema(INT64),
]
WebsiteIdOrAll = Annotated[
    Annotated[int, WrapValidator(_read_all)] | None,
    Query(
        alias="website",
        description="The website's id, or `all` for all of them together; without it, the first"
        " one with events answers.",
    ),
    WithJsonSchema({"anyOf": [INT64, {"const": ALL_WEBSITES}]}),
]
AnyWebsiteId = Annotated[
    int | None,
    BeforeValidator(_refuse_all),
    Query(
        alias="website",
        description="The website's id; without it, whichever website has this id answers.",
    ),
    WithJsonSchema(INT64),
]
Id = Annotated[int, Path(alias="id"), WithJsonSchema(INT64)]
FigureName = Annotated[
    str,
    Query(alias="figure", description="The figure whose rows are asked for."),
    WithJsonSchema({"type": "string", "enum": list(FIGURES)}),
]
FirstDate = Annotated[
    Date | None,
    Query(alias="date_from", description="Without it, the range has 30 days."),
    WithJsonSchema(DATE),
]
LastDate = Annotated[
    Date | None,
    Query(alias="date_to", description="Without it, the range ends on as_of."),
    WithJsonSchema(DATE),
]
Days = Annotated[
    Annotated[int, Field(ge=1, le=MAX_DAYS)] | None,
    Query(
        alias="days",
        description=f"How many dates there are up to date_to; without it, {DEFAULT_DAYS}. Not"
        " beside date_from.",
    ),
    WithJsonSchema({"type": "integer", "minimum": 1, "maximum": MAX_DAYS}),
]
FirstDateOfWindow = Annotated[
    Date | None,
    Query(
        alias="date_from",
        description=f"In place of `days`: the first of {MAX_DAYS} dates at most, up to date_to.",
    ),
    WithJsonSchema(DATE),
]
LastDateOfWindow = Annotated[
    Date | None,
    Query(alias="date_to", description="The last date, by as_of; without it, that is as_of."),
    WithJsonSchema(DATE),
]
Limit = Annotated[int, Query(alias="limit", ge=1, le=MOST_ROWS, description="Rows to list.")]
Offset = Annotated[
    int, Query(alias="offset", ge=0, le=MAX_INT64, description="Rows to leave out before them.")
]


class IdConvertor(Convertor[str]):
    """An id in a path: as many digits as ids have, so that a longer one isn't a URL at all."""

    regex = "-?[0-9]{1,19}"

    def convert(self, value: str) -> str:
        """Keep the text, which the route's own parameter turns into a number."""
        return value

    def to_string(self, value: str) -> str:
        """Keep the text."""
        return value


def register_id_convertor() -> None:
    """Make `{id:id}` known to the paths of routes."""
    register_url_convertor("id", IdConvertor())


class UnknownParametersError(Exception):
    """A request has parameters that its URL doesn't take."""


async def refuse_unknown_parameters(request: Request) -> None:
    """Raise for a parameter that nothing reads: its sender expects another answer."""
    known = {parameter.alias for parameter in request.scope["route"].dependant.query_params}
    unknown = sorted(set(request.query_params) - known - {CACHE_BUSTER})
    if unknown:
        raise UnknownParametersError(unknown)
