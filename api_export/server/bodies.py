"""The bodies of requests: read as strict JSON, and described in the OpenAPI document."""

from typing import Annotated, Any, TypeVar

from fastapi import Depends, Request
from pydantic import TypeAdapter
from starlette.exceptions import HTTPException

from api_export.additions.request_fields import RangeRequest, WidgetChanges, WidgetRequest
from api_export.payloads.strict_json import loads_strict


async def _read_body(request: Request) -> bytes:
    return await request.body()


Body = Annotated[bytes, Depends(_read_body)]
Fields = TypeVar("Fields")


def parse_body(fields: type[Fields], body: bytes) -> Fields:
    """The fields of a body of strict JSON; an empty body has none.

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
    """The schema of each body, by its name."""
    bodies = (RangeRequest, WidgetChanges, WidgetRequest)
    return {body.__name__: TypeAdapter(body).json_schema() for body in bodies}
