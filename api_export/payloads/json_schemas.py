"""JSON Schemas beside the export, made from the same types as the server's OpenAPI document."""

from collections.abc import Iterator
from typing import Any

from pydantic import TypeAdapter
from pydantic.json_schema import GenerateJsonSchema

from api_export.payloads import lookups, manifest_schemas, schemas
from api_export.payloads.endpoints import ENDPOINTS

PAYLOADS: dict[str, Any] = {
    "manifest": manifest_schemas.Manifest,
    "websites": list[schemas.Website],
    "analytics": list[schemas.AnalyticsRecord],
    "analytics_record": schemas.AnalyticsRecord,
    **{endpoint.name: endpoint.payload_type for endpoint in ENDPOINTS},
    "explain": lookups.Explanation,
    "client": lookups.Client,
    "dashboard_widgets": list[schemas.Widget],
    "dashboard_widget": schemas.Widget,
    "dashboard_widget_data": schemas.WidgetData,
}


class _Untitled(GenerateJsonSchema):
    """Without a title for each field, which would only repeat its name."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def json_schemas() -> Iterator[tuple[str, dict[str, Any]]]:
    """The name of each payload, and its schema."""
    for name, payload in PAYLOADS.items():
        schema = TypeAdapter(payload).json_schema(mode="serialization", schema_generator=_Untitled)
        yield name, {"$schema": GenerateJsonSchema.schema_dialect, "title": name, **schema}
