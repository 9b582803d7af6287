"""A run in this process: the Dagster job `refresh`, and the error of a user where it fails."""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from dagster import DagsterInstance, Failure

from orchestration.deployment import Deployment
from orchestration.errors import (
    LoyaltyError,
    RunError,
    causes,
    describe_full_disk,
    is_full_disk,
)
from orchestration.pipeline.code_location import build_defs
from orchestration.pipeline.dagster_home import find_dagster_home
from orchestration.pipeline.dagster_runs import remove_old_runs
from orchestration.pipeline.event_log import open_instance
from orchestration.pipeline.jobs import lookback_end, refresh_config
from orchestration.pipeline.run_report import RunReport, report_run
from orchestration.pipeline.sensors import alert_of_dead_runs
from orchestration.workspace.workspace import Workspace

QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
"""Dagster's own events are in its records; a person follows the progress that the assets log."""


class StoppedStep(BaseException):
    """A run was interrupted in a step."""

    def __init__(self, step_key: str) -> None:
        """Name the step."""
        super().__init__(f"interrupted in {step_key}")
        self.step_key = step_key


def refresh(
    deployment: Deployment, *, is_full_refresh: bool, looks_back: bool = False
) -> RunReport:
    """Run the job `refresh`; raises the user's error where there is one, else `RunError`.

    The caller holds the workspace.
    """
    workspace, settings = deployment.workspace, deployment.settings
    try:
        home = find_dagster_home(workspace)
        job = build_defs(deployment).resolve_job_def("refresh")
        config = refresh_config(
            settings.as_of,
            full_refresh=is_full_refresh,
            lookback_until=lookback_end(settings.as_of) if looks_back else None,
        )
        with open_instance(home) as instance:
            alert_of_dead_runs(instance, deployment)
            remove_old_runs(instance, datetime.now(UTC) - timedelta(days=settings.keep_days))
            with _ending(instance) as run_id:
                result = job.execute_in_process(
                    run_config=config | QUIET, instance=instance, run_id=run_id
                )
        return report_run(result, workspace)
    except Exception as error:
        raise user_error(error, workspace) from error


@contextmanager
def _ending(instance: DagsterInstance) -> Iterator[str]:
    """The id of a run that is ended in Dagster's records, in whatever it ends.

    Raises `StoppedStep` where it is interrupted.
    """
    run_id = str(uuid.uuid4())
    try:
        yield run_id
    except BaseException as error:
        run = instance.get_run_by_id(run_id)
        if run is not None and not run.is_finished:
            instance.report_run_failed(run, "the run was stopped")
        if run is None or isinstance(error, Exception):
            raise
        steps = instance.get_run_step_stats(run_id)
        begun = [step for step in steps if step.start_time is not None]
        if not begun:
            raise
        raise StoppedStep(max(begun, key=lambda step: step.start_time).step_key) from error


def user_error(error: BaseException, workspace: Workspace) -> LoyaltyError:
    """The user's error behind a failed run, else a `RunError` that tells the innermost cause."""
    if is_full_disk(error):
        return RunError(describe_full_disk(workspace.root))
    chain = list(causes(error))
    cause = next((one for one in chain if isinstance(one, LoyaltyError | Failure)), chain[-1])
    if isinstance(cause, LoyaltyError):
        return cause
    text = cause.description if isinstance(cause, Failure) else f"{type(cause).__name__}: {cause}"
    return RunError(f"the run failed; what was published before stays as it was. {text}")
