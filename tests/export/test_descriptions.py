"""What each key counts, in JSON Schemas and the OpenAPI document: dbt's words, and no others."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import simplejson
import yaml
from support.replay import PROJECT
from support.servers import Serving, serve
from support.workspaces import publish

from api_export.descriptions import TABLES
from api_export.payloads.endpoints import ENDPOINTS
from api_export.payloads.json_schemas import PAYLOADS
from orchestration.workspace.workspace import Workspace

MODELS = PROJECT / "dbt_project/models"
BLOCK = re.compile(r"{% docs (\w+) %}(.*?){% enddocs %}", re.DOTALL)
NAMED_BLOCK = re.compile(r"{{ doc\('(\w+)'\) }}")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, marts: Path) -> Iterator[Serving]:
    """The published marts of the dirty source, exported and served."""
    workspace = Workspace(tmp_path_factory.mktemp("described"))
    publish(workspace, marts)
    with serve(workspace) as started:
        yield started


@pytest.fixture(scope="module")
def documents(served: Serving) -> dict[str, dict[str, Any]]:
    """The types of each schema and of the OpenAPI document, by name."""
    schemas = {
        path.stem: simplejson.loads(path.read_bytes())
        for path in (served.current / "schemas").iterdir()
    }
    types = {
        name: {schema["title"]: schema, **schema.get("$defs", {})}
        for name, schema in schemas.items()
    }
    openapi = requests.get(f"{served.url}openapi.json", timeout=30).json()
    return types | {"openapi.json": openapi["components"]["schemas"]}


def dbt_columns() -> dict[str, dict[str, str]]:
    """Each model's columns and what dbt says of them, there or in a block of docs."""
    texts = "".join(file.read_text() for file in MODELS.rglob("*.md"))
    blocks = {name: " ".join(text.split()) for name, text in BLOCK.findall(texts)}
    models = [
        model
        for file in MODELS.rglob("*.yml")
        for model in yaml.safe_load(file.read_text()).get("models", ())
    ]
    return {
        model["name"]: {
            column["name"]: NAMED_BLOCK.sub(lambda found: blocks[found[1]], column["description"])
            for column in model["columns"]
        }
        for model in models
    }


def test_every_key_says_what_it_counts(documents: dict[str, dict[str, Any]]) -> None:
    assert documents.keys() == {*PAYLOADS, "openapi.json"}
    requested = ("RangeRequest", "WidgetChanges", "WidgetRequest", "Refusal")
    assert [
        (document, name, key)
        for document, types in documents.items()
        for name, schema in types.items()
        if name not in requested
        for key, value in schema.get("properties", {}).items()
        if not value.get("description")
    ] == []


def test_what_a_key_counts_is_what_dbt_says_of_its_column(
    documents: dict[str, dict[str, Any]],
) -> None:
    described, columns = set(), dbt_columns()
    for types in documents.values():
        for name, schema in types.items():
            if name in TABLES:
                for key, value in schema["properties"].items():
                    text = columns[TABLES[name]][key]
                    assert value["description"].removesuffix(" " + WIDE_NUMBERS) == text, (
                        name,
                        key,
                    )
                described.add(name)
    assert described == TABLES.keys() >= {endpoint.schema.__name__ for endpoint in ENDPOINTS}


WIDE_NUMBERS = (
    "May be any 64-bit number: a reader whose numbers are floats, as JavaScript's are, rounds those"
    " beyond 2^53 unless it takes them as text."
)
"""What is added of ids."""


def test_a_file_of_the_server_says_where_the_api_is_described(served: Serving) -> None:
    for path, link in (
        ("", "openapi.json"),
        ("manifest.json", "openapi.json"),
        ("schemas/overview.json", "../openapi.json"),
    ):
        answer = requests.head(served.url + path, timeout=30)
        assert answer.headers["Link"] == f'<{link}>; rel="service-desc"'
