"""The runs that Dagster keeps: those that are dead are ended, old ones are removed.

A run lives as long as it holds the workspace's lock, so whoever holds the lock knows that no other
one lives, on whatever host or in whatever container it was. Only while it waits for the lock, and
for a moment before and after, a run lives without; it says beforehand until when.
"""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from dagster import DagsterInstance, DagsterRun, DagsterRunStatus, RunRecord, RunsFilter

from orchestration.workspace.workspace import Workspace

WORKSPACE_TAG = "loyalty/workspace"
WITHOUT_LOCK_TAG = "loyalty/may-lack-lock-until"
MOMENT = timedelta(minutes=1)
"""What a run may take to get to the lock after it started, and to end after it gave it back."""
KILLED = "the run's process was killed"
FINISHED = [DagsterRunStatus.SUCCESS, DagsterRunStatus.FAILURE, DagsterRunStatus.CANCELED]
RUNNING = [DagsterRunStatus.STARTED, DagsterRunStatus.CANCELING]


def tag_run(
    instance: DagsterInstance, run_id: str, workspace: Workspace, wait_seconds: float = 0
) -> None:
    """Say of a run that it may be without the lock of its workspace for so long, and a moment."""
    until = datetime.now(UTC) + timedelta(seconds=wait_seconds) + MOMENT
    tags = {WORKSPACE_TAG: str(workspace.root), WITHOUT_LOCK_TAG: until.isoformat()}
    instance.add_run_tags(run_id, tags)


def tag_holder(instance: DagsterInstance, run_id: str) -> None:
    """Say of a run that from now on it lives by the lock."""
    instance.add_run_tags(run_id, {WITHOUT_LOCK_TAG: ""})


def has_running(instance: DagsterInstance, workspace: Workspace) -> bool:
    """Whether any run of a workspace counts as running."""
    return next(_running(instance, workspace), None) is not None


def end_dead_runs(instance: DagsterInstance, workspace: Workspace) -> Iterator[DagsterRun]:
    """Report as failed each run that is dead, and give it; the caller holds the workspace.

    Dagster counts such a run as running for ever, and starts no other one.
    """
    now = datetime.now(UTC)
    for record in _running(instance, workspace):
        if _may_lack_lock_until(record) <= now:
            instance.report_run_failed(record.dagster_run, KILLED)
            yield record.dagster_run


def _running(instance: DagsterInstance, workspace: Workspace) -> Iterator[RunRecord]:
    """The runs of a workspace that count as running.

    In the workspace's own records these are all, by whatever path it was known to them.
    """
    is_own = Path(instance.root_directory).resolve() == workspace.dagster_home.resolve()
    for record in instance.get_run_records(RunsFilter(statuses=RUNNING)):
        if is_own or record.dagster_run.tags.get(WORKSPACE_TAG) == str(workspace.root):
            yield record


def _may_lack_lock_until(record: RunRecord) -> datetime:
    tagged = record.dagster_run.tags.get(WITHOUT_LOCK_TAG)
    if tagged is not None:
        return datetime.fromisoformat(tagged) if tagged else datetime.min.replace(tzinfo=UTC)
    started = record.start_time or 0
    return datetime.fromtimestamp(started, UTC) + MOMENT


def remove_old_runs(instance: DagsterInstance, before: datetime) -> None:
    """Remove finished runs that began before an instant, with their events and logs."""
    root = Path(instance.root_directory)
    old = RunsFilter(statuses=FINISHED, created_before=before)
    for record in instance.get_run_records(old):
        run_id = record.dagster_run.run_id
        instance.delete_run(run_id)
        for events in (root / "history" / "runs").glob(f"{run_id}.db*"):
            events.unlink()
        shutil.rmtree(root / "storage" / run_id, ignore_errors=True)
