"""Records: what Dagster keeps of runs. The dead are ended, the old are removed."""

import os
import shutil
import socket
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from dagster import DagsterInstance, DagsterRun, DagsterRunStatus, RunsFilter

PROCESS_TAG = "loyalty/process"
KILLED = "the run's process was killed"
FINISHED = [DagsterRunStatus.SUCCESS, DagsterRunStatus.FAILURE, DagsterRunStatus.CANCELED]
RUNNING = [DagsterRunStatus.STARTED, DagsterRunStatus.CANCELING]


def process_tag() -> dict[str, str]:
    """The tag that tells in which process a run lives."""
    return {PROCESS_TAG: f"{socket.gethostname()}:{os.getpid()}"}


def end_dead_runs(instance: DagsterInstance) -> Iterator[DagsterRun]:
    """Report as failed each run whose process is gone, and give it.

    Dagster counts such a run as running for ever, and starts no other one.
    """
    for record in instance.get_run_records(RunsFilter(statuses=RUNNING)):
        run = record.dagster_run
        host, _, process = run.tags.get(PROCESS_TAG, "").rpartition(":")
        if host == socket.gethostname() and not _is_alive(int(process)):
            instance.report_run_failed(run, KILLED)
            yield run


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


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
