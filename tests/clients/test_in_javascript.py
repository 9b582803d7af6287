"""Clients in JavaScript and TypeScript: what they make of the marts, and of `loyalty serve`."""

import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
import simplejson
from support.npm_clients import PACKAGES, run_node
from support.questions import ITEM_KEYS, Question, payload
from support.replay import PROJECT
from support.servers import TOKEN, Serving, serve, with_few_files
from support.workspaces import publish

from orchestration.workspace.workspace import Workspace

BIG = 9_007_199_254_740_993
DATES = ("date_from", "date_to", "last_redeemed")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, marts: Path) -> Iterator[Serving]:
    """A served workspace of few files."""
    folder = tmp_path_factory.mktemp("served")
    workspace = Workspace(folder / "workspace")
    publish(workspace, with_few_files(marts, folder / "marts.duckdb"))
    with serve(workspace, LOYALTY_ADMIN_TOKEN=TOKEN) as started:
        yield started


@pytest.fixture
def scripts(npm: Path, tmp_path: Path) -> Path:
    """A project of the scripts in this folder that finds what npm installed."""
    for path in PACKAGES.iterdir():
        if path.suffix in (".json", ".mjs", ".ts"):
            shutil.copy2(path, tmp_path)
    (tmp_path / "node_modules").symlink_to(npm / "node_modules")
    return tmp_path


def as_javascript_has_it(value: Any) -> Any:
    """Numbers as JavaScript has them: floats."""
    return simplejson.loads(simplejson.dumps(value, use_decimal=True), parse_int=float)


def test_evidence_rounds_ids_and_loses_nothing_that_is_cast_to_text(
    scripts: Path, marts: Path, export: Path, asked: dict[str, Question]
) -> None:
    report, macro = asked["report"].sql, asked["table macro"].sql
    *texts, _ = ITEM_KEYS
    cast = ", ".join(f"cast({key} as varchar) as {key}" for key in texts)
    told = run_node(
        *("ask_marts.mjs", marts.parent, marts.name),
        *(report, macro, f"select {cast} from ({report})"),
        cwd=scripts,
    )
    items, records, exact = simplejson.loads(told, parse_int=float)
    published = payload(export, "item_performance/index.json")
    assert items == as_evidence_has_it({key: row[key] for key in ITEM_KEYS} for row in published)
    assert BIG - 1 in [item["id"] for item in items]
    assert records == as_evidence_has_it(payload(export, "index.json")[:1])
    assert [list(row.values()) for row in exact] == [row[:-1] for row in asked["report"].answer]


def as_evidence_has_it(rows: Iterable[dict[str, Any]]) -> Any:
    """Numbers are JavaScript's, and dates are moments: midnights of UTC."""
    return as_javascript_has_it(
        [row | {key: f"{row[key]}T00:00:00.000Z" for key in DATES if row.get(key)} for row in rows]
    )


def test_generated_typescript_compiles_strictly_and_gives_the_payloads(
    scripts: Path, served: Serving
) -> None:
    document = requests.get(f"{served.url}openapi.json", timeout=30).content
    (scripts / "openapi.json").write_bytes(document)
    run_tool(scripts, "openapi-typescript/bin/cli.js", "openapi.json", "-o", "loyalty.d.ts")
    run_tool(scripts, "@hey-api/openapi-ts/bin/run.js")
    run_tool(scripts, "typescript/bin/tsc")
    items = payload(served.current, "item_performance/index.json")
    record = payload(served.current, "index.json")[0]
    url = served.url.rstrip("/")
    told = run_node(
        "built/ask_api.js", url, TOKEN, record["date_from"], record["date_to"], cwd=scripts
    )
    answers = simplejson.loads(told, parse_int=float)
    rounded = as_javascript_has_it(items)
    assert answers["first"] == [rounded[0]["affordable_rate"], rounded[0]["last_redeemed"]]
    assert answers["rounded"] == [rounded, rounded]
    assert BIG - 1 in [item["id"] for item in rounded]
    exact = [{**item, "id": str(BIG) if item["id"] == BIG else item["id"]} for item in items]
    assert answers["exact"] == [as_javascript_has_it(exact)] * 2
    assert answers["records"] == [as_javascript_has_it(record)] * 2


def test_the_documented_type_of_a_reviver_is_the_one_that_compiles() -> None:
    script = (PACKAGES / "ask_api.ts").read_text()
    _, _, documented = (PROJECT / "docs/api.md").read_text().partition("```ts\n")
    assert documented.partition("```")[0] in script


def run_tool(folder: Path, tool: str, *arguments: str) -> None:
    run_node(f"node_modules/{tool}", *arguments, cwd=folder)
