"""Ctrl-C, SIGTERM and SIGHUP in each step: one line, told like any failure, nothing left behind."""

import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from dagster import DagsterInstance, DagsterRunStatus, build_sensor_context
from support.commands import LOYALTY, assert_session_ends, clean_environment
from support.replay import PROJECT
from support.webhooks import Webhook
from support.workspaces import Built, move_source

from api_export.export.manifest import find_faults
from orchestration.cli.stopping import SIGNALS
from orchestration.deployment import Deployment
from orchestration.pipeline.sensors import build_sensors
from orchestration.settings import load_settings
from orchestration.workspace.status import read_status
from orchestration.workspace.workspace import Workspace

PAUSING = PROJECT / "tests/resilience/pausing"


@pytest.fixture(autouse=True)
def usual_signals() -> Iterator[None]:
    """As in a terminal, whoever runs the tests: what is ignored stays so in a process."""
    before = {number: signal.signal(number, signal.SIG_DFL) for number in SIGNALS}
    signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.fixture
def workspace(workspace: Path) -> Workspace:
    return Workspace(workspace)


def stop(
    workspace: Workspace, source: Path, number: int, at: str, webhook: Webhook, paused: Path
) -> subprocess.CompletedProcess[str]:
    """A run that is sent a signal in a step: where it opens a file, or as it says that dbt runs."""
    command = [LOYALTY, "run", "--workspace", workspace.root, "--source", f"files:{source}"]
    settings = {"LOYALTY_WEBHOOK_URL": webhook.url}
    if at != "dbt build":
        settings |= {"PYTHONPATH": str(PAUSING), "PAUSE_AT": at, "PAUSED": str(paused)}
    with subprocess.Popen(
        command,
        cwd=PROJECT,
        env=clean_environment(**settings),
        start_new_session=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        said = ""
        if at == "dbt build":
            for line in process.stdout:
                said += line
                if "50 models and tests done" in line:
                    break
        else:
            while not paused.exists():
                assert process.poll() is None, process.communicate()
                time.sleep(0.02)
        process.send_signal(number)
        output, errors = process.communicate()
    assert_session_ends(process.pid)
    return subprocess.CompletedProcess(command, process.returncode, said + output, errors)


@pytest.mark.parametrize(
    ("number", "at", "asset"),
    [
        (signal.SIGINT, "state/asked_ranges.json", "pull"),
        (signal.SIGHUP, "state/asked_ranges.json", "pull"),
        (signal.SIGTERM, "dbt build", "models"),
        (signal.SIGINT, "/.marts.duckdb", "marts_duckdb"),
        (signal.SIGTERM, "/.writing-", "pull"),
    ],
)
def test_a_stopped_run_says_so_in_a_line_and_leaves_nothing_behind(
    number: signal.Signals,
    at: str,
    asset: str,
    workspace: Workspace,
    dirty_source: Path,
    later_source: Path,
    webhook: Webhook,
    tmp_path: Path,
) -> None:
    source = tmp_path / "source"  # the workspace knows it by its folder
    shutil.copytree(later_source, source)
    move_source(workspace.root, source)
    if at == "/.writing-":  # nothing but the export's code changed
        shutil.rmtree(source)
        source = dirty_source
        move_source(workspace.root, source)
        with duckdb.connect(str(workspace.warehouse)) as connection:
            connection.execute("update raw.finished set export_fingerprint = 'of other code'")
    marts, export = workspace.marts.read_bytes(), workspace.current_export.readlink()

    done = stop(workspace, source, number, at, webhook, tmp_path / "paused")

    assert done.returncode == 128 + number, done.stdout + done.stderr
    assert done.stderr == f"loyalty: stopped by {number.name}\n"
    assert "Traceback" not in done.stdout
    (told,) = webhook.told
    assert (told["asset"], told["cause"]) == (asset, f"stopped by {number.name}")
    failure = read_status(workspace)["last_failure"]
    assert (failure["asset"], failure["cause"]) == (asset, f"stopped by {number.name}")
    assert workspace.marts.read_bytes() == marts
    assert workspace.current_export.readlink() == export
    assert find_faults(workspace.current_export) == []
    left = [
        *workspace.scratch.iterdir(),
        *workspace.root.glob(".lock-holder"),
        *workspace.root.glob(".marts.duckdb"),
        *(workspace.export / "versions").glob(".writing-*"),
    ]
    assert left == []
    with DagsterInstance.local_temp(str(workspace.dagster_home)) as instance:
        last, *_ = instance.get_runs()
        assert last.status == DagsterRunStatus.FAILURE


def test_a_run_that_was_killed_is_ended_and_told_by_who_takes_the_lock(
    workspace: Workspace, dirty_source: Path, webhook: Webhook, tmp_path: Path
) -> None:
    at, paused = "state/asked_ranges.json", tmp_path / "paused"
    done = stop(workspace, dirty_source, signal.SIGKILL, at, webhook, paused)
    assert done.returncode == -signal.SIGKILL and webhook.told == []
    settings = load_settings(workspace=workspace.root, webhook_url=webhook.url)
    _, watch = build_sensors(Deployment(settings))
    with DagsterInstance.local_temp(str(workspace.dagster_home)) as instance:
        last, *_ = instance.get_runs()
        assert last.status == DagsterRunStatus.STARTED
        watch(build_sensor_context(instance=instance))
        assert instance.get_run_by_id(last.run_id).status == DagsterRunStatus.FAILURE
    (told,) = (each for each in webhook.told if each["event"] == "failed")
    assert told["cause"] == "the run's process was killed"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_server_ends_quietly(number: signal.Signals, built: Built) -> None:
    with subprocess.Popen(
        [LOYALTY, "serve", "--port", "0", "--workspace", built.workspace],
        cwd=PROJECT,
        env=clean_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None and process.stdout.readline().startswith("http://")
        process.send_signal(number)
        output, errors = process.communicate()
    assert (process.returncode, output, errors) == (0, "", "")


def test_a_run_that_waits_for_another_can_be_stopped(
    workspace: Workspace, dirty_source: Path
) -> None:
    with (
        workspace.writing("the other one"),
        subprocess.Popen(
            [LOYALTY, "run", "--workspace", workspace.root, "--source", f"files:{dirty_source}"],
            cwd=PROJECT,
            env=clean_environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        ) as process,
    ):
        assert process.stdout is not None and "waiting up to" in process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        _, errors = process.communicate()
        assert process.returncode == 128 + signal.SIGTERM
        assert errors == "loyalty: stopped by SIGTERM\n"
