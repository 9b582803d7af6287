"""What `dg dev` shows: the graph from source to JSON, checks, jobs and schedules."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest
from dagster import (
    AssetKey,
    DagsterInstance,
    Definitions,
    build_schedule_context,
    validate_run_config,
)
from support.replay import PROJECT
from support.workspaces import Built

from orchestration.deployment import Deployment
from orchestration.pipeline.code_location import build_defs
from orchestration.pipeline.jobs import refresh_config
from orchestration.pipeline.schedules import last_complete_date
from orchestration.settings import load_settings
from orchestration.sources.contract import ENTITIES


@pytest.fixture(scope="module")
def definitions(built: Built) -> Definitions:
    settings = load_settings(workspace=built.workspace, source="files:elsewhere")
    return build_defs(Deployment(settings))


def test_definitions_load_without_warnings(tmp_path: Path) -> None:
    done = subprocess.run(
        [Path(sys.executable).parent / "dagster", "definitions", "validate"],
        cwd=PROJECT,
        env={"PATH": "/usr/bin:/bin", "LOYALTY_WORKSPACE": str(tmp_path), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    output = done.stdout + done.stderr
    assert done.returncode == 0, output
    packages = (f"{PROJECT}/orchestration", f"{PROJECT}/api_export")
    ours = [
        line
        for line in output.splitlines()
        if "Warning" in line and any(package in line for package in packages)
    ]
    assert ours == [], output


def test_lineage_runs_from_each_entity_to_the_json(definitions: Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    upstream = {AssetKey("export")}
    while True:
        wider = upstream.union(*(graph.get(key).parent_keys for key in upstream))
        if wider == upstream:
            break
        upstream = wider
    assert {AssetKey(["loyalty", entity.name]) for entity in ENTITIES} <= upstream
    groups = {graph.get(key).group_name for key in graph.get_all_asset_keys()}
    layers = {"staging", "intermediate", "marts", "reports", "ranges"}
    assert groups == {"raw", *layers, "published"}


def test_dbt_tests_are_asset_checks(definitions: Definitions) -> None:
    names = {key.name for key in definitions.resolve_asset_graph().asset_check_keys}
    assert {
        "assert_points_conserved_daily",
        "assert_outstanding_equals_client_balances",
        "assert_points_equal_valid_transactions",
        "assert_cached_balances_agree",
        "files_match_manifest",
        "export_matches_marts",
        "newest_event_is_recent",
        "delivery_keeps_its_contract",
    } <= names


@pytest.mark.parametrize(
    ("name", "looks_back"), [("daily_refresh", True), ("weekly_refresh", False)]
)
def test_schedules_pass_the_last_complete_date_and_how_far_to_compare(
    definitions: Definitions, name: str, looks_back: bool
) -> None:
    tick = datetime(2024, 5, 6, 13, 30, tzinfo=UTC)
    context = build_schedule_context(scheduled_execution_time=tick)
    schedule = definitions.resolve_schedule_def(name)
    (request,) = schedule.evaluate_tick(context).run_requests
    # The dirty source has a website in Auckland, where it is the 7th, and one in New York.
    config = request.run_config["ops"]["pull"]["config"]
    assert config["as_of"] == "2024-05-05"
    assert config["lookback_until"] == (tick.isoformat() if looks_back else None)
    assert validate_run_config(definitions.resolve_job_def("refresh"), request.run_config)


def test_the_demo_is_never_counted_up_to_yesterday(tmp_path: Path) -> None:
    schedule = build_defs(Deployment(load_settings(workspace=tmp_path))).resolve_schedule_def(
        "daily_refresh"
    )
    tick = datetime(2026, 5, 6, 13, 30, tzinfo=UTC)
    (request,) = schedule.evaluate_tick(
        build_schedule_context(scheduled_execution_time=tick)
    ).run_requests
    assert request.run_config["ops"]["pull"]["config"]["as_of"] is None


def test_a_delivery_that_breaks_its_contract_stops_before_it_is_published(
    definitions: Definitions,
) -> None:
    graph = definitions.resolve_asset_graph()
    (check,) = (key for key in graph.asset_check_keys if key.name == "delivery_keeps_its_contract")
    assert graph.get(check).blocking
    assert check.asset_key in graph.get(AssetKey("marts_duckdb")).parent_keys


@pytest.mark.parametrize(
    ("instant", "timezones", "complete"),
    [
        ("2024-05-06T03:59:59Z", ["UTC", "America/New_York"], "2024-05-04"),
        ("2024-05-06T04:00:00Z", ["UTC", "America/New_York"], "2024-05-05"),
        ("2024-05-06T11:59:59Z", [], "2024-05-04"),
        ("2024-05-06T12:00:00Z", [], "2024-05-05"),
    ],
)
def test_last_complete_date(instant: str, timezones: list[str], complete: str) -> None:
    at = datetime.fromisoformat(instant)
    assert str(last_complete_date(at, timezones)) == complete


def test_calculate_analytics_is_a_job(definitions: Definitions) -> None:
    config = {"website": 1, "date_from": "2023-05-03", "date_to": "2023-05-04"}
    job = definitions.resolve_job_def("calculate_analytics")
    assert validate_run_config(job, {"ops": {"calculate": {"config": config}}})
    assert validate_run_config(definitions.resolve_job_def("refresh"), refresh_config(None))


def test_a_model_that_is_built_alone_leaves_the_others(workspace: Path) -> None:
    deployment = Deployment(load_settings(workspace=workspace))
    tables = "select table_name, estimated_size from duckdb_tables() order by all"
    with duckdb.connect(str(deployment.workspace.next_marts)) as marts:
        before = marts.execute(tables).fetchall()
    job = build_defs(deployment).resolve_implicit_global_asset_job_def()
    with DagsterInstance.ephemeral() as instance:
        done = job.execute_in_process(
            instance=instance, asset_selection=[AssetKey(["main", "fct_points_daily"])]
        )
    assert done.success
    with duckdb.connect(str(deployment.workspace.next_marts)) as marts:
        assert marts.execute(tables).fetchall() == before
