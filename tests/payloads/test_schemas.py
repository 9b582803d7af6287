"""The promise to those who read the JSON: no field goes or changes its type unannounced.

`tests/payloads/schemas_v<N>.txt` holds a line for each field of schema version N.
"""

import re
from collections.abc import Iterator
from typing import Any, get_args

import pytest
import simplejson
from support.replay import PROJECT

from api_export.export.manifest import SCHEMA_VERSION
from api_export.payloads.endpoints import BY_WIDGET_TYPE, ENDPOINTS
from api_export.payloads.json_schemas import json_schemas
from api_export.payloads.schemas import WidgetPayload, WidgetType

PROMISED = PROJECT / "tests/payloads" / f"schemas_v{SCHEMA_VERSION}.txt"


def fields(name: str, schema: dict[str, Any], types: dict[str, Any]) -> Iterator[str]:
    """A line for each value in a payload: where it is, and what it is."""
    if "$ref" in schema:
        yield from fields(name, types[schema["$ref"].rpartition("/")[2]], types)
    elif any("$ref" in choice or "items" in choice for choice in schema.get("anyOf", ())):
        for choice in schema["anyOf"]:
            yield from fields(name, choice, types)
    elif schema.get("type") == "array":
        yield from fields(f"{name}[]", schema["items"], types)
    elif "properties" in schema:
        for key, value in schema["properties"].items():
            is_required = key in schema.get("required", ())
            yield from fields(f"{name}.{key}{'' if is_required else '?'}", value, types)
    elif isinstance(schema.get("additionalProperties"), dict):
        yield from fields(f"{name}.*", schema["additionalProperties"], types)
    else:
        yield f"{name}: {simplejson.dumps(without_notes(schema), sort_keys=True)}"


def without_notes(schema: Any) -> Any:
    """A schema without what only explains it: names, words, and how large a number may be."""
    if isinstance(schema, list):
        return [without_notes(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: without_notes(value)
        for key, value in schema.items()
        if key not in ("title", "description") and (key, value) != ("format", "int64")
    }


def all_fields(schemas: dict[str, dict[str, Any]]) -> set[str]:
    return {
        line
        for name, schema in schemas.items()
        for line in fields(
            name,
            {key: schema[key] for key in schema if key not in ("$schema", "$defs")},
            schema.get("$defs", {}),
        )
    }


def test_no_field_is_removed_or_retyped_without_a_new_schema_version() -> None:
    missing = set(PROMISED.read_text().splitlines()) - all_fields(dict(json_schemas()))
    assert not missing, (
        "raise SCHEMA_VERSION in api_export/export/manifest.py, and write the new fields to"
        " tests/payloads/schemas_v<N>.txt"
    )


def test_every_field_is_promised() -> None:
    added = all_fields(dict(json_schemas())) - set(PROMISED.read_text().splitlines())
    assert not added, f"add these lines to {PROMISED.name}"


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (lambda row: row["properties"].pop("issued"), "points_trend[].issued"),
        (lambda row: row["required"].remove("issued"), "points_trend[].issued"),
        (lambda row: row["properties"]["issued"].update(type="number"), "points_trend[].issued"),
        (lambda row: row["properties"]["date"].pop("format"), "points_trend[].date"),
        (
            lambda row: row["properties"].update(issued={"anyOf": [{"type": "null"}]}),
            "points_trend[].issued",
        ),
    ],
)
def test_a_removed_optional_or_retyped_field_shows(change: Any, line: str) -> None:
    schemas = dict(json_schemas())
    change(schemas["points_trend"]["$defs"]["PointsTrendRow"])
    missing = set(PROMISED.read_text().splitlines()) - all_fields(schemas)
    assert [text.partition(":")[0] for text in missing] == [line]


def test_a_widget_shows_the_payload_of_its_endpoint() -> None:
    shown = [endpoint.payload_type for endpoint in BY_WIDGET_TYPE.values()]
    assert len(shown) == len(get_args(WidgetPayload))
    assert all(payload in get_args(WidgetPayload) for payload in shown)


@pytest.mark.parametrize("document", ["api.md", "metrics.md"])
def test_each_endpoint_is_documented(document: str) -> None:
    text = (PROJECT / "docs" / document).read_text()
    assert [one.name for one in ENDPOINTS if not re.search(rf"\b{one.name}\b", text)] == []


def test_each_widget_type_has_its_payload_and_its_seed() -> None:
    seed = (PROJECT / "dbt_project" / "seeds" / "widget_types.csv").read_text()
    assert set(get_args(WidgetType)) == BY_WIDGET_TYPE.keys()
    assert set(get_args(WidgetType)) == {
        word for line in seed.splitlines()[1:] for word in line.split(",") if word in BY_WIDGET_TYPE
    }
