"""Sensors: Dagster's daemon tells of failed runs and stale data, and keeps its records in order."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta

from dagster import (
    DagsterInstance,
    DefaultSensorStatus,
    RunFailureSensorContext,
    SensorDefinition,
    SensorEvaluationContext,
    SkipReason,
    run_failure_sensor,
    sensor,
)
from dagster_shared.error import SerializableErrorInfo

from orchestration.errors import LoyaltyError, describe_full_disk, is_full_disk
from orchestration.pipeline.run_records import KILLED, end_dead_runs, has_running, remove_old_runs
from orchestration.settings import Settings
from orchestration.workspace.status import Alert, find_staleness, run_command, send_alert
from orchestration.workspace.workspace import Workspace

WATCH_SECONDS = 60


def build_sensors(settings: Settings) -> list[SensorDefinition]:
    """The sensors; they run as soon as the daemon does."""
    workspace = Workspace(settings.workspace)

    @run_failure_sensor(
        default_status=DefaultSensorStatus.RUNNING,
        description="Tell the webhook and `status.json` of each failed run.",
    )
    def alert_of_failed_runs(context: RunFailureSensorContext) -> None:
        asset, cause = _find_cause(context)
        if is_full_disk(cause):
            cause = describe_full_disk(workspace.root)
        send_alert(settings, Alert("failed", asset, cause, run_command(settings)))

    @sensor(
        minimum_interval_seconds=WATCH_SECONDS,
        default_status=DefaultSensorStatus.RUNNING,
        description="Tell the webhook of stale data; end dead runs and remove old records.",
    )
    def watch(context: SensorEvaluationContext) -> SkipReason:
        _look_for_dead_runs(context.instance, settings)
        remove_old_runs(context.instance, datetime.now(UTC) - timedelta(days=settings.keep_days))
        stale = find_staleness(settings)
        if stale is None:
            context.update_cursor("")
            return SkipReason("the data is fresh")
        if not context.cursor:
            send_alert(settings, stale)
            context.update_cursor("told")
        return SkipReason(stale.cause)

    return [alert_of_failed_runs, watch]


def alert_of_dead_runs(instance: DagsterInstance, settings: Settings) -> None:
    """End the dead runs, and tell of those that Dagster's daemon doesn't watch.

    The caller holds the workspace.
    """
    for run in end_dead_runs(instance, Workspace(settings.workspace)):
        if run.remote_job_origin is None:
            send_alert(settings, Alert("failed", run.job_name, KILLED, run_command(settings)))


def _look_for_dead_runs(instance: DagsterInstance, settings: Settings) -> None:
    """End the dead runs, if nobody holds the workspace just now; who does ends them himself."""
    workspace = Workspace(settings.workspace)
    if has_running(instance, workspace):
        with suppress(LoyaltyError), workspace.writing("the sensor watch"):
            alert_of_dead_runs(instance, settings)


def _find_cause(context: RunFailureSensorContext) -> tuple[str, str]:
    """The step where a run failed, and why: the user's error where there is one."""
    failures = context.get_step_failure_events()
    if not failures:
        return context.dagster_run.job_name, context.failure_event.message or KILLED
    failure = failures[0].step_failure_data
    if failure.user_failure_data is not None and failure.user_failure_data.description:
        return failures[0].step_key, failure.user_failure_data.description
    chain = list(_causes(failure.error))
    users = {kind.__name__ for kind in LoyaltyError.__subclasses__()}
    told = next((error for error in chain if error.cls_name in users), chain[-1])
    return failures[0].step_key, told.message.strip()


def _causes(error: SerializableErrorInfo | None) -> Iterator[SerializableErrorInfo]:
    while error is not None:
        yield error
        error = error.cause or error.context
