"""The OpenAPI document and the schemas: every answer is as they say."""

import re
import subprocess
import sys
from pathlib import Path

import duckdb
import requests
import simplejson
from jsonschema import Draft202012Validator
from support.servers import ROOT, TOKEN, Serving
from support.workspaces import read_payloads

from api_export.payloads.endpoints import ENDPOINTS

OF_RANGES = ("calculate", "explain", *(each.name for each in ENDPOINTS if each.looks_back))
NO_SCHEMA_SAYS = """\
[[operations]]
include-path-regex = "/({of_ranges})/$"
checks.positive_data_acceptance.enabled = false

[[operations]]
include-path-regex = "/client/"
parameters = {{ "path.id" = {client} }}
"""
"""That a range must end by as_of, and not before it begins; and which clients there are."""
LOOKED_UP = {"client", "explain"}
"""Payloads that have no file: tests of their own hold them to their schemas."""


def test_every_answer_is_as_the_openapi_document_says(own: Serving, tmp_path: Path) -> None:
    config = tmp_path / "schemathesis.toml"
    with duckdb.connect(str(own.workspace.marts), read_only=True) as marts:
        ((client,),) = marts.execute("select min(client_id) from dim_clients").fetchall()
    config.write_text(NO_SCHEMA_SAYS.format(client=client, of_ranges="|".join(OF_RANGES)))
    document = requests.get(f"{own.url}openapi.json", timeout=30).json()
    for body in ("RangeRequest", "WidgetChanges", "WidgetRequest"):
        # Nor does it say which websites there are: nearly all bodies would name another one.
        del document["components"]["schemas"][body]["properties"]["website"]
    (tmp_path / "openapi.json").write_text(simplejson.dumps(document))
    done = subprocess.run(
        [
            *(Path(sys.executable).parent / "schemathesis", "--config-file", config),
            *("run", "openapi.json", "--url", own.url),
            *("--header", f"Authorization: Token {TOKEN}"),
            *("--phases", "coverage,fuzzing", "--max-examples", "10", "--request-timeout", "60"),
            *("--generation-deterministic", "--no-color"),
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "No issues found" in done.stdout, done.stdout


def schema_name(path: str) -> str:
    """The schema of an exported file."""
    if not path.startswith((*"0123456789", "all/")):
        return path.removesuffix(".json")
    section, *folders = path.partition(f"/{ROOT}/")[2].split("/")[:-1]
    kind = section.replace("-", "_")
    if not folders:
        return kind
    singular = {"analytics": "analytics_record", "dashboard_widgets": "dashboard_widget"}[kind]
    return (
        "_".join([singular, *folders[1:]]) if re.fullmatch("-?[0-9]+", folders[0]) else folders[0]
    )


def test_every_exported_payload_fits_the_schema_beside_it(serving: Serving) -> None:
    validators = {
        path.stem: Draft202012Validator(simplejson.loads(path.read_bytes()))
        for path in (serving.current / "schemas").iterdir()
    }
    fitted = set()
    for path, content in read_payloads(serving.current).items():
        name = schema_name(path)
        validators[name].validate(simplejson.loads(content))
        fitted.add(name)
    served_alone = {endpoint.name for endpoint in ENDPOINTS if not endpoint.is_exported}
    assert fitted | served_alone == validators.keys() - LOOKED_UP
