"""Being told: a failed, killed or stale run reaches the webhook and `status.json`, once."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from conftest import Loyalty
from dagster import (
    DagsterInstance,
    DagsterRunStatus,
    build_run_status_sensor_context,
    build_sensor_context,
)

from orchestration.build import build_defs
from orchestration.records import PROCESS_TAG, process_tag, remove_old_runs
from orchestration.settings import Settings, load_settings
from orchestration.status import Trouble, note_finished, read_status, tell
from orchestration.workspace import Workspace


class Webhook(HTTPServer):
    """A server that keeps what it is told."""

    def __init__(self) -> None:
        """Listen on a free port."""
        self.told: list[dict] = []
        super().__init__(("127.0.0.1", 0), Listener)
        self.url = f"http://127.0.0.1:{self.server_port}/hooks/T0KEN"


class Listener(BaseHTTPRequestHandler):
    server: Webhook

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.told.append(json.loads(body))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def webhook() -> Iterator[Webhook]:
    with Webhook() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def settings(tmp_path: Path, webhook: Webhook) -> Settings:
    current = tmp_path / "workspace" / "export" / "current"
    current.mkdir(parents=True)
    (current / "manifest.json").write_text('{"as_of": "2024-04-20"}')
    return load_settings(
        workspace=tmp_path / "workspace", source="files:/nowhere", webhook_url=webhook.url
    )


def test_the_command_tells_why_it_failed(
    settings: Settings, webhook: Webhook, loyalty: Loyalty
) -> None:
    done = loyalty(
        *("run", "--workspace", settings.workspace, "--source", "files:/nowhere"),
        LOYALTY_WEBHOOK_URL=webhook.url,
    )
    assert done.returncode == 2
    (told,) = webhook.told
    assert told["event"] == "failed" and told["asset"] == "pull"
    assert told["cause"] == "files:/nowhere: there is no such folder"
    again = f"loyalty run --workspace {settings.workspace} --source files:/nowhere"
    assert told["next_command"] == again
    assert told["cause"] in told["text"] and told["next_command"] in told["text"]
    failure = read_status(Workspace(settings.workspace))["last_failure"]
    assert failure["cause"] == told["cause"] and "T0KEN" not in json.dumps(failure)


def test_a_failed_job_is_told_by_the_sensor(settings: Settings, webhook: Webhook) -> None:
    definitions = build_defs(settings)
    with DagsterInstance.ephemeral() as instance:
        result = definitions.resolve_job_def("refresh").execute_in_process(
            instance=instance, raise_on_error=False
        )
        context = build_run_status_sensor_context(
            sensor_name="tell_failures",
            dagster_instance=instance,
            dagster_run=result.dagster_run,
            dagster_event=result.get_run_failure_event(),
        ).for_run_failure()
        definitions.resolve_sensor_def("tell_failures")(context)
    (told,) = webhook.told
    assert told["asset"] == "pull" and "files:/nowhere: there is no such folder" in told["cause"]


def test_stale_data_is_told_once_until_it_is_fresh_again(
    settings: Settings, webhook: Webhook
) -> None:
    workspace = Workspace(settings.workspace)
    watch = build_defs(settings).resolve_sensor_def("watch")

    def look(cursor: str | None) -> str | None:
        with DagsterInstance.ephemeral() as instance:
            context = build_sensor_context(instance=instance, cursor=cursor)
            watch(context)
            return context.cursor

    cursor = look(None)
    note_finished(workspace)
    cursor = look(cursor)
    assert webhook.told == []
    status = read_status(workspace)
    long_ago = datetime.now(UTC) - timedelta(hours=50)
    workspace.status.write_text(json.dumps(status | {"finished_at": long_ago.isoformat()}))
    cursor = look(look(cursor))
    (told,) = webhook.told
    assert told["event"] == "stale" and "50 hours ago" in told["cause"]
    note_finished(workspace)
    assert look(cursor) == ""
    assert read_status(workspace)["as_of"] == "2024-04-20"


def test_a_source_that_is_fed_no_more_is_told_once(settings: Settings, webhook: Webhook) -> None:
    workspace = Workspace(settings.workspace)
    watch = build_defs(settings).resolve_sensor_def("watch")
    manifest = workspace.current_export / "manifest.json"

    def look(latest_event: date, cursor: str | None) -> str | None:
        manifest.write_text(
            json.dumps({"as_of": str(latest_event), "latest_event": str(latest_event)})
        )
        note_finished(workspace)
        with DagsterInstance.ephemeral() as instance:
            context = build_sensor_context(instance=instance, cursor=cursor)
            watch(context)
            return context.cursor

    today = datetime.now(UTC).date()
    assert look(today - timedelta(days=1), None) == ""
    old = today - timedelta(days=9)
    assert look(old, look(old, None))
    (told,) = webhook.told
    assert told["event"] == "stale" and told["asset"] == "pull"
    assert told["cause"] == (f"the newest event is of {old}, 8 days ago: is the source still fed?")
    assert read_status(workspace)["latest_event"] == str(old)


def test_a_killed_run_is_ended_and_told_and_frees_the_queue(
    settings: Settings, webhook: Webhook, tmp_path: Path
) -> None:
    definitions = build_defs(settings)
    with DagsterInstance.local_temp(str(tmp_path)) as instance:
        host = process_tag()[PROCESS_TAG].rpartition(":")[0]
        dead, alive, elsewhere = (
            instance.create_run_for_job(
                definitions.resolve_job_def("refresh"),
                tags={PROCESS_TAG: tag},
                status=DagsterRunStatus.STARTED,
            ).run_id
            for tag in (f"{host}:999999999", process_tag()[PROCESS_TAG], "elsewhere:1")
        )
        definitions.resolve_sensor_def("watch")(build_sensor_context(instance=instance))
        status = {run.run_id: run.status for run in instance.get_runs()}
    assert status[dead] == DagsterRunStatus.FAILURE
    assert status[alive] == status[elsewhere] == DagsterRunStatus.STARTED
    (told,) = webhook.told
    assert told["cause"] == "the run's process was killed"


def test_old_records_of_runs_leave_no_file(settings: Settings, tmp_path: Path) -> None:
    job = build_defs(settings).resolve_job_def("refresh")
    home = tmp_path / "home"
    home.mkdir()
    with DagsterInstance.local_temp(str(home)) as instance:
        for _ in range(2):
            job.execute_in_process(instance=instance, raise_on_error=False)
        old, recent = sorted(instance.get_run_records(), key=lambda record: record.storage_id)
        remove_old_runs(instance, recent.create_timestamp)
        assert [run.run_id for run in instance.get_runs()] == [recent.dagster_run.run_id]
        left = [path.name for path in home.rglob("*")]
    assert not [name for name in left if old.dagster_run.run_id in name]
    assert [name for name in left if recent.dagster_run.run_id in name]


def test_no_secret_is_told(settings: Settings, webhook: Webhook) -> None:
    secret = settings.model_copy(update={"source": "postgresql://reader:s%40crt@db/shop"})
    cause = "reader:s%40crt@db, s@crt, mysql://a:hidden@b/c, password=hidden, " + webhook.url
    tell(secret, Trouble("failed", "pull", cause, "loyalty run"))
    told = json.dumps(webhook.told) + json.dumps(read_status(Workspace(settings.workspace)))
    for word in ("s%40crt", "s@crt", "hidden", "T0KEN"):
        assert word not in told
    assert len(webhook.told) == 1


def test_a_webhook_that_is_not_there_hides_no_error(tmp_path: Path, loyalty: Loyalty) -> None:
    done = loyalty(
        *("run", "--workspace", tmp_path / "new", "--source", "files:/nowhere"),
        LOYALTY_WEBHOOK_URL="http://127.0.0.1:1/hooks/T0KEN",
    )
    assert done.returncode == 2
    assert "there is no such folder" in done.stderr and "T0KEN" not in done.stderr
    assert not (tmp_path / "new").exists()
