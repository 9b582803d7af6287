"""`loyalty run`: the whole pipeline, its progress, and what it did."""

import contextlib
import logging
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import click
from rich.markup import escape
from rich.table import Table

from orchestration.cli.options import run_options
from orchestration.cli.progress import out, progress
from orchestration.cli.starting import check_source_first, deployment_of, loading
from orchestration.cli.stopping import StopSignals
from orchestration.deployment import Deployment
from orchestration.errors import causes

log = logging.getLogger(__name__)


@click.command()
@run_options
@click.pass_obj
def run(
    signals: StopSignals,
    source: str | None,
    workspace_folder: Path | None,
    as_of: datetime | None,
    lookback: bool,
    full_refresh: bool,
    accept_quarantine: bool,
) -> None:
    """Pull, build, test, publish and export: the Dagster job `refresh`, in this process."""
    deployment = deployment_of(source, workspace_folder, as_of, accept_quarantine)
    settings = deployment.settings
    workspace = deployment.workspace
    with _alerting_of_failures(deployment, signals):
        _check_alerts_first(deployment)
        check_source_first(deployment, is_full_refresh=full_refresh)
        with (
            progress(),
            workspace.writing("loyalty run", settings.wait_seconds),
            workspace.removed_if_refused(),
        ):
            log.info("starting Dagster and dbt")
            with loading():
                from orchestration.pipeline.run import refresh

            report = refresh(deployment, is_full_refresh=full_refresh, looks_back=lookback)
    table = Table("step", "what it did", "seconds", title=f"as of {report.as_of}")
    for step in report.steps:
        table.add_row(step.name, step.done, f"{step.seconds:.1f}")
    for warning in report.warnings:
        table.add_row("warning", escape(warning), "")
    out.print(table)
    page = workspace.current_export / "index.html"
    if page.exists():
        out.print(f"page   {page}")
    out.print(f"JSON   {workspace.current_export}")
    out.print(f"marts  {workspace.marts}")


@contextlib.contextmanager
def _alerting_of_failures(deployment: Deployment, signals: StopSignals) -> Iterator[None]:
    """Alert of why a run fails or is stopped, whatever it is."""
    try:
        yield
    except BaseException as error:
        from orchestration.alerts import Alert, send_alert

        steps = (getattr(cause, "step_key", None) for cause in causes(error))
        asset = next(filter(None, steps), getattr(error, "step", "refresh"))
        stopped = signals.received()
        if stopped is not None:
            signals.ignore()
        cause = str(stopped or error) or type(error).__name__
        send_alert(deployment, Alert("failed", asset, cause))
        if stopped is not None:
            raise stopped from error
        raise


def _check_alerts_first(deployment: Deployment) -> None:
    """Refuse a faulty file of thresholds before anything starts or is written."""
    if deployment.settings.alerts is not None:
        from orchestration.quality.thresholds import read_thresholds

        read_thresholds(deployment.settings.alerts)
