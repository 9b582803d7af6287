"""Sensors: Dagster's daemon alerts of failed runs and stale data, and keeps its runs in order."""

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

from orchestration.alerts import Alert, find_staleness, send_alert
from orchestration.deployment import Deployment
from orchestration.errors import LoyaltyError, describe_full_disk, is_full_disk
from orchestration.pipeline.dagster_runs import KILLED, end_dead_runs, has_running, remove_old_runs

WATCH_SECONDS = 60


def build_sensors(deployment: Deployment) -> list[SensorDefinition]:
    """The sensors; they run as soon as the daemon does."""

    @run_failure_sensor(
        default_status=DefaultSensorStatus.RUNNING,
        description="Alert of each failed run, in `status.json` and at the webhook.",
    )
    def alert_of_failed_runs(context: RunFailureSensorContext) -> None:
        asset, cause = _find_cause(context)
        if is_full_disk(cause):
            cause = describe_full_disk(deployment.workspace.root)
        send_alert(deployment, Alert("failed", asset, cause))

    @sensor(
        minimum_interval_seconds=WATCH_SECONDS,
        default_status=DefaultSensorStatus.RUNNING,
        description="Alert of stale data; end dead runs and remove old ones.",
    )
    def watch(context: SensorEvaluationContext) -> SkipReason:
        _look_for_dead_runs(context.instance, deployment)
        remove_old_runs(
            context.instance, datetime.now(UTC) - timedelta(days=deployment.settings.keep_days)
        )
        stale = find_staleness(deployment)
        if stale is None:
            context.update_cursor("")
            return SkipReason("the data is fresh")
        if not context.cursor:
            send_alert(deployment, stale)
            context.update_cursor("alerted")
        return SkipReason(stale.cause)

    return [alert_of_failed_runs, watch]


def alert_of_dead_runs(instance: DagsterInstance, deployment: Deployment) -> None:
    """End the dead runs, and alert of those that Dagster's daemon doesn't watch.

    The caller holds the workspace.
    """
    for run in end_dead_runs(instance, deployment.workspace):
        if run.remote_job_origin is None:
            send_alert(deployment, Alert("failed", run.job_name, KILLED))


def _look_for_dead_runs(instance: DagsterInstance, deployment: Deployment) -> None:
    """End the dead runs, if nobody holds the workspace just now: whoever holds it ends them."""
    workspace = deployment.workspace
    if has_running(instance, workspace):
        with suppress(LoyaltyError), workspace.writing("the sensor watch"):
            alert_of_dead_runs(instance, deployment)


def _find_cause(context: RunFailureSensorContext) -> tuple[str, str]:
    """The step where a run failed, and why: the user's error where there is one."""
    failures = context.get_step_failure_events()
    if not failures:
        return context.dagster_run.job_name, context.failure_event.message or KILLED
    failure = failures[0].step_failure_data
    if failure.user_failure_data is not None and failure.user_failure_data.description:
        return failures[0].step_key, failure.user_failure_data.description
    chain = list(_causes(failure.error))
    users = {kind.__name__ for kind in _kinds(LoyaltyError)}
    shown = next((error for error in chain if error.cls_name in users), chain[-1])
    return failures[0].step_key, shown.message.strip()


def _kinds(kind: type) -> Iterator[type]:
    """A class and all that are made of it, whose names Dagster keeps of an error."""
    yield kind
    for narrower in kind.__subclasses__():
        yield from _kinds(narrower)


def _causes(error: SerializableErrorInfo | None) -> Iterator[SerializableErrorInfo]:
    while error is not None:
        yield error
        error = error.cause or error.context
