"""What a run did, step by step, from what its assets reported to Dagster."""

from dataclasses import dataclass
from typing import Any

from dagster import ExecuteInProcessResult

from api_export.export.manifest import read_manifest
from orchestration.pipeline.figure_alerts import describe_figures
from orchestration.workspace.workspace import Workspace


@dataclass(frozen=True)
class Step:
    """A step of a run: what it did, and how long it took."""

    name: str
    done: str
    seconds: float


@dataclass(frozen=True)
class RunReport:
    """What a run did."""

    as_of: str
    steps: tuple[Step, ...]
    warnings: tuple[str, ...]
    """What a person should know: what the manifest says of the data, and crossed thresholds."""


def report_run(result: ExecuteInProcessResult, workspace: Workspace) -> RunReport:
    """What each step did, from what the assets reported."""
    materializations = {
        event.asset_key.to_user_string(): event.step_materialization_data.materialization.metadata
        for event in result.get_asset_materialization_events()
    }
    seconds = {
        event.step_key: event.event_specific_data.duration_ms / 1000
        for event in result.get_step_success_events()
    }
    manifest = read_manifest(workspace.current_export)
    as_of, warnings = str(manifest["as_of"]), (*manifest["warnings"], *describe_figures(workspace))
    if "export" not in materializations:
        done = "nothing changed since the last run; marts and export are as they were"
        return RunReport(as_of, (Step("pull", done, seconds["pull"]),), warnings)
    export = materializations["export"]
    if "marts_duckdb" not in materializations:
        news = "other bytes" if export["is_new"].value else "the same bytes as before"
        done = (
            "nothing changed but the export's code; marts are as they were, the export is"
            f" written anew: {export['files'].value:,} files, {news}"
        )
        return RunReport(as_of, (Step("export", done, seconds["pull"]),), warnings)
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
    return RunReport(as_of, steps, warnings)


def _describe_pull(materializations: dict[str, Any]) -> str:
    entities = [metadata for key, metadata in materializations.items() if key[:8] == "loyalty/"]
    counted = ("compared", "read", "written", "added", "changed", "removed")
    sums = {name: sum(metadata[name].value for metadata in entities) for name in counted}
    rows = sum(metadata["dagster/row_count"].value for metadata in entities)
    counts = ", ".join(f"{count:,} {name}" for name, count in sums.items())
    return f"{entities[0]['mode'].value}: {rows:,} rows; {counts}"


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
