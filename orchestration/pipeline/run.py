"""A run in this process: the Dagster job `refresh`, its progress and its summary."""

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from dagster import DagsterInstance, ExecuteInProcessResult, Failure

from api_export.export.manifest import read_manifest
from orchestration.cli.stopping import StoppedStep
from orchestration.errors import (
    LoyaltyError,
    RunError,
    causes,
    is_full_disk,
    tell_full_disk,
)
from orchestration.pipeline.code_location import build_defs
from orchestration.pipeline.event_log import open_instance
from orchestration.pipeline.jobs import refresh_config
from orchestration.pipeline.run_records import remove_old_runs
from orchestration.pipeline.sensors import tell_dead_runs
from orchestration.settings import Settings
from orchestration.workspace.workspace import Workspace

QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
"""Dagster's own events are in its records; a person follows the progress that the assets log."""


@dataclass(frozen=True)
class Step:
    """A step of a run: what it did, and how long it took."""

    name: str
    done: str
    seconds: float


@dataclass(frozen=True)
class Summary:
    """What a run did."""

    as_of: str
    steps: tuple[Step, ...]
    warnings: tuple[str, ...]
    """What the manifest says that a person should know of the data."""


def refresh(settings: Settings, *, is_full_refresh: bool, looks_back: bool = False) -> Summary:
    """Run the job `refresh`; raises the user's error where there is one, else `RunError`."""
    workspace = Workspace(settings.workspace)
    try:
        os.environ.setdefault("DAGSTER_HOME", str(workspace.make_dagster_home()))
        job = build_defs(settings).resolve_job_def("refresh")
        config = refresh_config(
            settings.as_of,
            full_refresh=is_full_refresh,
            lookback_until=_end_of_day(settings.as_of) if looks_back else None,
        )
        with open_instance() as instance:
            tell_dead_runs(instance, settings)
            remove_old_runs(instance, datetime.now(UTC) - timedelta(days=settings.keep_days))
            with _ending(instance) as run_id:
                result = job.execute_in_process(
                    run_config=config | QUIET, instance=instance, run_id=run_id
                )
        return _summarize(result, workspace)
    except Exception as error:
        raise _user_error(error, workspace) from error


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


def _end_of_day(as_of: date | None) -> datetime:
    """When as_of is over (UTC); now, without one."""
    if as_of is None:
        return datetime.now(UTC)
    return datetime.combine(as_of + timedelta(days=1), time(tzinfo=UTC))


def _user_error(error: BaseException, workspace: Workspace) -> LoyaltyError:
    """The user's error behind a failed run, else a `RunError` that tells the innermost cause."""
    if is_full_disk(error):
        return RunError(tell_full_disk(workspace.root))
    chain = list(causes(error))
    cause = next((one for one in chain if isinstance(one, LoyaltyError | Failure)), chain[-1])
    if isinstance(cause, LoyaltyError):
        return cause
    text = cause.description if isinstance(cause, Failure) else f"{type(cause).__name__}: {cause}"
    return RunError(f"the run failed; what was published before stays as it was. {text}")


def _summarize(result: ExecuteInProcessResult, workspace: Workspace) -> Summary:
    """What each step did, from what the assets told Dagster."""
    materializations = {
        event.asset_key.to_user_string(): event.step_materialization_data.materialization.metadata
        for event in result.get_asset_materialization_events()
    }
    seconds = {
        event.step_key: event.event_specific_data.duration_ms / 1000
        for event in result.get_step_success_events()
    }
    manifest = read_manifest(workspace.current_export)
    as_of, warnings = str(manifest["as_of"]), tuple(manifest["warnings"])
    if "export" not in materializations:
        done = "nothing changed since the last run; marts and export are as they were"
        return Summary(as_of, (Step("pull", done, seconds["pull"]),), warnings)
    export = materializations["export"]
    if "marts_duckdb" not in materializations:
        news = "other bytes" if export["is_new"].value else "the same bytes as before"
        done = (
            "nothing changed but the export's code; marts are as they were, the export is"
            f" written anew: {export['files'].value:,} files, {news}"
        )
        return Summary(as_of, (Step("export", done, seconds["pull"]),), warnings)
    steps = (
        Step("pull", _describe_pull(materializations), seconds["pull"]),
        Step("models", _describe_models(result), seconds["models"]),
        Step(
            "publish",
            f"{materializations['marts_duckdb']['bytes'].value:,} bytes",
            seconds["marts_duckdb"],
        ),
        Step("export", _describe_export(export), seconds["export"]),
    )
    return Summary(as_of, steps, warnings)


def _describe_pull(materializations: dict[str, Any]) -> str:
    entities = [metadata for key, metadata in materializations.items() if key[:8] == "loyalty/"]
    counted = ("compared", "read", "written", "added", "changed", "removed")
    sums = {name: sum(metadata[name].value for metadata in entities) for name in counted}
    rows = sum(metadata["dagster/row_count"].value for metadata in entities)
    told = ", ".join(f"{count:,} {name}" for name, count in sums.items())
    return f"{entities[0]['mode'].value}: {rows:,} rows; {told}"


def _describe_models(result: ExecuteInProcessResult) -> str:
    models = sum(event.step_key == "models" for event in result.get_asset_materialization_events())
    tests = [
        evaluation
        for evaluation in result.get_asset_check_evaluations()
        if evaluation.asset_key.path[0] != "export"
    ]
    warned = sum(not evaluation.passed for evaluation in tests)
    return f"{models} models, {len(tests)} tests, {warned} of them with warnings"


def _describe_export(export: dict[str, Any]) -> str:
    quarantined = sum(
        count for reasons in export["quarantined"].value.values() for count in reasons.values()
    )
    news = "new figures" if export["is_new"].value else "the same bytes as before"
    return f"{export['files'].value:,} files, {news}; {quarantined:,} rows quarantined"
