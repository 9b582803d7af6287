"""Two at once: one works, the other waits for it or ends in a line that names who holds what."""

import json
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest
from dagster import DagsterInstance, DagsterResourceFunctionError
from support.commands import LOYALTY, Loyalty, clean_environment, hold
from support.replay import PROJECT
from support.workspaces import Built

from api_export.export.manifest import find_faults
from orchestration.deployment import Deployment
from orchestration.errors import BusyError, causes
from orchestration.pipeline.code_location import build_defs
from orchestration.settings import load_settings
from orchestration.workspace.workspace import Workspace

RANGE = ("--website", 1, "--from", "2023-05-03", "--to", "2023-05-09")


def test_calculate_waits_for_a_run_and_then_works(workspace: Path, loyalty: Loyalty) -> None:
    with hold(workspace, 6):
        done = loyalty("calculate", "--workspace", workspace, *RANGE)
    assert done.returncode == 0, done.stderr
    assert "being written by the other one" in done.stderr
    assert json.loads(done.stdout)["date_from"] == "2023-05-03"


def test_a_job_ends_with_the_name_of_who_holds_the_workspace(workspace: Path) -> None:
    settings = load_settings(workspace=workspace, wait_seconds=0.5)
    job = build_defs(Deployment(settings)).resolve_job_def("calculate_analytics")
    config = {"website": 1, "date_from": "2023-05-03", "date_to": "2023-05-09"}
    run_config = {"ops": {"calculate": {"config": config}}}
    with hold(workspace, 60) as holder, DagsterInstance.ephemeral() as instance:
        with pytest.raises(DagsterResourceFunctionError) as refused:
            job.execute_in_process(run_config=run_config, instance=instance)
        holder.kill()
    (busy,) = (cause for cause in causes(refused.value) if isinstance(cause, BusyError))
    assert "being written by the other one" in str(busy)
    with DagsterInstance.ephemeral() as instance:
        assert job.execute_in_process(run_config=run_config, instance=instance).success


def test_an_analyst_in_the_warehouse_is_waited_for_then_named(workspace: Path) -> None:
    code = "import duckdb, sys, time; open = duckdb.connect(sys.argv[1]); print(1, flush=True)"
    files = Workspace(workspace)
    command = [sys.executable, "-c", f"{code}; time.sleep(60)", str(files.warehouse)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as analyst:
        assert analyst.stdout is not None
        analyst.stdout.readline()
        with pytest.raises(BusyError, match=str(analyst.pid)), files.connect():
            pass
        analyst.kill()
        with files.connect(wait_seconds=30) as connection:
            assert connection.table("raw.websites").fetchall()


def test_two_runs_of_a_new_workspace_both_end_well(
    dirty_source: Path, tmp_path: Path, built: Built
) -> None:
    workspace = tmp_path / "workspace"
    command = [LOYALTY, "run", "--workspace", workspace]
    runs = [
        subprocess.Popen(
            [*command, "--source", f"files:{dirty_source}"],
            cwd=PROJECT,
            env=clean_environment(),
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    outputs = [run.communicate()[0] for run in runs]
    assert [run.returncode for run in runs] == [0, 0], outputs
    assert sorted("waiting up to" in output for output in outputs) == [False, True]
    assert sorted("nothing changed" in output for output in outputs) == [False, True]
    assert find_faults(workspace / "export" / "current") == []
    with duckdb.connect(str(workspace / "marts.duckdb"), read_only=True) as marts:
        marts.execute(f"attach '{built.workspace / 'marts.duckdb'}' as alone (read_only)")
        query = "(from {} except all from {}) union all (from {} except all from {})"
        one, other = "fct_points_daily", "alone.fct_points_daily"
        assert marts.execute(query.format(one, other, other, one)).fetchall() == []


def test_definitions_that_load_at_once_never_see_half_a_manifest() -> None:
    manifest = PROJECT / "target" / "definitions" / "manifest.json"
    manifest.unlink(missing_ok=True)
    code = (
        "from orchestration.deployment import Deployment\n"
        "from orchestration.pipeline.dbt_process import build_dbt_project\n"
        "from orchestration.settings import load_settings\n"
        "build_dbt_project(Deployment(load_settings()))"
    )
    loading = [
        subprocess.Popen([sys.executable, "-c", code], cwd=PROJECT, stderr=subprocess.PIPE)
        for _ in range(3)
    ]
    looks = 0
    while any(process.poll() is None for process in loading):
        if manifest.exists():
            assert json.loads(manifest.read_bytes())["nodes"]
            looks += 1
        time.sleep(0.01)
    assert [process.returncode for process in loading] == [0, 0, 0]
    assert looks > 0
    for process in loading:
        process.communicate()
