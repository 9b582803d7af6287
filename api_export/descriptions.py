"""What each key of a payload counts, in the words of dbt.

dbt's description of a column is the column's comment in the published marts, and a table macro's
comment lists those of its columns. JSON Schemas and the OpenAPI document get their texts from there
alone; keys that no model has are described where their payload is defined.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from api_export.marts import PublishedMarts
from api_export.payloads.endpoints import ENDPOINTS
from api_export.payloads.json_schemas import json_schemas

TABLES = {
    **{endpoint.schema.__name__: endpoint.report for endpoint in ENDPOINTS},
    "Website": "rpt_websites",
    "AnalyticsRecord": "rpt_analytics",
    "Widget": "rpt_dashboard_widgets",
    "CampaignMetric": "fct_campaign_metrics",
    "ExportSettings": "dim_run",
    "WebsiteTotals": "rpt_manifest_totals",
    "Drift": "rpt_manifest_drift",
}
"""The model whose columns the keys of a type are."""

Descriptions = Mapping[str, Mapping[str, str]]
"""By model, what each of its columns counts."""


def described_schemas(marts: PublishedMarts) -> Iterator[tuple[str, dict[str, Any]]]:
    """The name of each payload, and its schema with what each key counts."""
    descriptions = read_descriptions(marts)
    for name, schema in json_schemas():
        describe({schema["title"]: schema, **schema.get("$defs", {})}, descriptions)
        yield name, schema


def describe(types: Mapping[str, Any], descriptions: Descriptions) -> None:
    """Write what their keys count into the schemas of types, by the types' names.

    What a schema says of a key already, such as how large an id may be, stays behind it.
    """
    for name, schema in types.items():
        columns = descriptions.get(TABLES.get(name, ""), {})
        for key, value in schema.get("properties", {}).items():
            if key in columns:
                said = value.get("description")
                value["description"] = f"{columns[key]} {said}" if said else columns[key]


def read_descriptions(marts: PublishedMarts) -> Descriptions:
    """By model, what each of its columns counts, from the comments of the published marts."""
    with marts.connection.cursor() as cursor:
        columns = cursor.execute(
            "select table_name, column_name, comment from duckdb_columns()"
            " where database_name = 'published' and comment is not null"
        ).fetchall()
        macros = cursor.execute(
            "select function_name, comment from duckdb_functions()"
            " where database_name = 'published' and comment is not null"
        ).fetchall()
    descriptions: dict[str, dict[str, str]] = {}
    for table, column, comment in columns:
        descriptions.setdefault(table, {})[column] = comment
    for macro, comment in macros:
        listed = (line.partition(": ") for line in comment.splitlines()[1:])
        descriptions.setdefault(macro, {}).update((column, text) for column, _, text in listed)
    return descriptions
