"""dbt's documentation of a built workspace, and the lineage from source to JSON in it."""

import json
from pathlib import Path
from typing import Any

import pytest
from support.commands import Loyalty

PROJECT_NAME = "loyalty_analytics"
LAST_RUN = f"source.{PROJECT_NAME}.last_run"
"""Tables as the last run left them: their columns are described where they are built."""


def read_carried(workspace: Path, name: str) -> dict[str, Any]:
    """What the page carries as dbt's manifest or catalog."""
    page = (workspace / "docs/index.html").read_text()
    start = page.index(f'{name}:{{"metadata"') + len(f"{name}:")
    return json.JSONDecoder().raw_decode(page, start)[0]


def test_the_page_has_every_column_of_every_table(documented: Path) -> None:
    manifest = read_carried(documented, "manifest")
    catalog = read_carried(documented, "catalog")
    described = manifest["sources"] | {
        name: node
        for name, node in manifest["nodes"].items()
        if node["resource_type"] in ("model", "seed")
    }
    columns = {
        name: set(table["columns"])
        for name, table in described.items()
        if table.get("config", {}).get("materialized")
        != "table_macro"  # no table: not in a catalog
    }
    for name in [name for name in columns if name.startswith(LAST_RUN)]:
        columns[name] = columns[f"model.{PROJECT_NAME}.{name.rpartition('.')[2]}"]
    found = catalog["nodes"] | catalog["sources"]
    assert {name: set(table["columns"]) for name, table in found.items()} == columns


def test_the_page_sends_no_usage_statistics(documented: Path) -> None:
    assert read_carried(documented, "manifest")["metadata"]["send_anonymous_usage_stats"] is False


def test_every_exported_payload_belongs_to_one_exposure(documented: Path) -> None:
    export = documented / "export/current"
    exposed = [
        path
        for exposure in read_carried(documented, "manifest")["exposures"].values()
        for pattern in exposure["meta"]["files"]
        for path in sorted(export.glob(pattern)) or pytest.fail(f"{pattern} matches no file")
    ]
    payloads = {*export.rglob("*.json"), *export.glob("summary/*")} - {*export.glob("schemas/*")}
    assert sorted(exposed) == sorted(payloads)


def test_lineage_runs_from_the_ledger_to_the_points_trend(documented: Path) -> None:
    parents = read_carried(documented, "manifest")["parent_map"]
    reached = ["exposure.loyalty_analytics.points_trend"]
    for name in reached:
        reached += [parent for parent in parents.get(name, ()) if parent not in reached]
    assert "source.loyalty_analytics.loyalty.loyalty_transactions" in reached
    assert "source.loyalty_analytics.loyalty.websites" in reached


def test_a_workspace_without_a_run_is_refused(loyalty: Loyalty, tmp_path: Path) -> None:
    done = loyalty("docs", "--workspace", tmp_path)
    assert done.returncode == 2
    assert "use `loyalty run` first" in done.stderr
    assert not (tmp_path / "warehouse.duckdb").exists()
