"""Being told: a failed, killed or stale run reaches the webhook and `status.json`, once."""

import json
import os
import socket
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from dagster import (
    DagsterEvent,
    DagsterEventType,
    DagsterInstance,
    DagsterRun,
    DagsterRunStatus,
    GraphDefinition,
    OpExecutionContext,
    build_run_status_sensor_context,
    build_sensor_context,
    op,
)
from support.commands import Loyalty, hold
from support.webhooks import Webhook

from orchestration.alerts import Alert, send_alert
from orchestration.deployment import Deployment
from orchestration.pipeline.code_location import build_defs
from orchestration.pipeline.dagster_home import make_dagster_home
from orchestration.pipeline.dagster_runs import (
    WITHOUT_LOCK_TAG,
    WORKSPACE_TAG,
    end_dead_runs,
    has_running,
    remove_old_runs,
    tag_holder,
    tag_run,
)
from orchestration.pipeline.resources import WorkspaceLock
from orchestration.pipeline.sensors import build_sensors
from orchestration.settings import Settings, load_settings
from orchestration.workspace.status import note_finished, read_status
from orchestration.workspace.workspace import Workspace


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
    definitions = build_defs(Deployment(settings))
    with DagsterInstance.ephemeral() as instance:
        result = definitions.resolve_job_def("refresh").execute_in_process(
            instance=instance, raise_on_error=False
        )
        context = build_run_status_sensor_context(
            sensor_name="alert_of_failed_runs",
            dagster_instance=instance,
            dagster_run=result.dagster_run,
            dagster_event=result.get_run_failure_event(),
        ).for_run_failure()
        definitions.resolve_sensor_def("alert_of_failed_runs")(context)
    (told,) = webhook.told
    assert told["asset"] == "pull" and "files:/nowhere: there is no such folder" in told["cause"]


def test_stale_data_is_told_once_until_it_is_fresh_again(
    settings: Settings, webhook: Webhook
) -> None:
    workspace = Workspace(settings.workspace)
    _, watch = build_sensors(Deployment(settings))

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
    _, watch = build_sensors(Deployment(settings))
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


def add_run(
    instance: DagsterInstance,
    name: str = "refresh",
    status: DagsterRunStatus = DagsterRunStatus.STARTED,
    **tags: str,
) -> DagsterRun:
    """A run that Dagster counts as running."""
    job = GraphDefinition(name).to_job()
    return instance.create_run_for_job(job, tags=tags, status=status)


def look(instance: DagsterInstance, settings: Settings) -> None:
    """What the daemon does each minute."""
    _, watch = build_sensors(Deployment(settings))
    watch(build_sensor_context(instance=instance))


def own_records(workspace: Workspace) -> DagsterInstance:
    return DagsterInstance.local_temp(make_dagster_home(workspace))


@pytest.mark.parametrize("job", ["refresh", "calculate_analytics"])
@pytest.mark.parametrize(
    "tags",
    [
        {},
        {WITHOUT_LOCK_TAG: ""},
        {WITHOUT_LOCK_TAG: "", WORKSPACE_TAG: "/mounted/elsewhere"},
        {"loyalty/process": "another-container:1"},
        {"loyalty/process": f"{socket.gethostname()}:{os.getpid()}"},
        {WITHOUT_LOCK_TAG: "2024-05-03T10:00:00+00:00"},
    ],
)
def test_a_killed_run_is_ended_and_told_wherever_it_ran(
    settings: Settings, webhook: Webhook, tags: dict[str, str], job: str
) -> None:
    with own_records(Workspace(settings.workspace)) as instance:
        run = add_run(instance, job, **tags)
        look(instance, settings)
        look(instance, settings)
        assert instance.get_run_by_id(run.run_id).status == DagsterRunStatus.FAILURE
    (told,) = webhook.told
    assert (told["asset"], told["cause"]) == (job, "the run's process was killed")


def test_a_run_that_is_canceled_and_killed_is_ended_too(settings: Settings) -> None:
    with own_records(Workspace(settings.workspace)) as instance:
        run = add_run(instance, status=DagsterRunStatus.CANCELING)
        look(instance, settings)
        assert instance.get_run_by_id(run.run_id).status == DagsterRunStatus.FAILURE


def test_no_run_is_ended_while_another_process_holds_the_workspace(
    settings: Settings, webhook: Webhook
) -> None:
    workspace = Workspace(settings.workspace)
    with own_records(workspace) as instance:
        run = add_run(instance, **{WITHOUT_LOCK_TAG: ""})
        with hold(workspace.root, 60) as holder:
            look(instance, settings)
            assert instance.get_run_by_id(run.run_id).status == DagsterRunStatus.STARTED
            holder.kill()
    assert webhook.told == []


def test_a_run_that_waits_or_just_began_is_left_alone(settings: Settings) -> None:
    workspace = Workspace(settings.workspace)
    with own_records(workspace) as instance, workspace.writing("a run"):
        waiting = add_run(instance)
        tag_run(instance, waiting.run_id, workspace, wait_seconds=600)
        began = add_run(instance, status=DagsterRunStatus.NOT_STARTED)
        start = DagsterEvent(DagsterEventType.RUN_START.value, "refresh")
        instance.report_dagster_event(start, began.run_id)
        queued = add_run(instance, status=DagsterRunStatus.NOT_STARTED)
        assert instance.get_run_by_id(began.run_id).status == DagsterRunStatus.STARTED
        assert has_running(instance, workspace)
        assert list(end_dead_runs(instance, workspace)) == []
        tag_holder(instance, waiting.run_id)
        assert [run.run_id for run in end_dead_runs(instance, workspace)] == [waiting.run_id]
        assert instance.get_run_by_id(queued.run_id).status == DagsterRunStatus.NOT_STARTED


def test_runs_of_another_workspace_in_shared_records_are_left_alone(
    settings: Settings, tmp_path: Path
) -> None:
    workspace, other = Workspace(settings.workspace), Workspace(tmp_path / "other")
    shared = tmp_path / "shared"
    shared.mkdir()
    with DagsterInstance.local_temp(str(shared)) as instance, workspace.writing("a run"):
        ours, theirs, unknown = (
            add_run(instance, **tags)
            for tags in (
                {WITHOUT_LOCK_TAG: "", WORKSPACE_TAG: str(workspace.root)},
                {WITHOUT_LOCK_TAG: "", WORKSPACE_TAG: str(other.root)},
                {},
            )
        )
        assert [run.run_id for run in end_dead_runs(instance, workspace)] == [ours.run_id]
        for run in (theirs, unknown):
            assert instance.get_run_by_id(run.run_id).status == DagsterRunStatus.STARTED


def test_a_run_says_when_it_holds_the_workspace(settings: Settings) -> None:
    workspace = Workspace(settings.workspace)
    seen = []

    @op
    def look(context: OpExecutionContext, workspace_lock: WorkspaceLock) -> None:
        seen.append(context.instance.get_run_by_id(context.run_id).tags[WITHOUT_LOCK_TAG])

    resource = WorkspaceLock(root=str(workspace.root))
    with own_records(workspace) as instance:
        job = GraphDefinition("looking", node_defs=[look]).to_job(
            resource_defs={"workspace_lock": resource}
        )
        done = job.execute_in_process(instance=instance)
        tags = instance.get_run_by_id(done.run_id).tags
    assert seen == [""] and tags[WORKSPACE_TAG] == str(workspace.root)
    assert datetime.fromisoformat(tags[WITHOUT_LOCK_TAG]) > datetime.now(UTC)


def test_old_records_of_runs_leave_no_file(settings: Settings, tmp_path: Path) -> None:
    job = build_defs(Deployment(settings)).resolve_job_def("refresh")
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
    send_alert(Deployment(secret), Alert("failed", "pull", cause))
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
