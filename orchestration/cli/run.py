"""`loyalty run`: the whole pipeline, its progress, and what it did."""

import contextlib
import gc
import logging
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import click
from rich.markup import escape
from rich.table import Table

from orchestration.cli.options import run_options
from orchestration.cli.progress import out, progress
from orchestration.cli.stopping import StopSignals
from orchestration.deployment import Deployment
from orchestration.errors import causes
from orchestration.settings import DEFAULT_SOURCE, load_settings

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


def deployment_of(
    source: str | None,
    workspace_folder: Path | None,
    as_of: datetime | None,
    accept_quarantine: bool,
) -> Deployment:
    """The deployment that a run's options describe; warns of an as_of in the future."""
    settings = load_settings(
        source=source,
        workspace=workspace_folder,
        as_of=as_of and as_of.date(),
        accept_quarantine=accept_quarantine or None,
    )
    if settings.as_of and settings.as_of > datetime.now().date():
        click.echo(f"loyalty: warning: as_of {settings.as_of} lies in the future", err=True)
    return Deployment(settings)


@contextlib.contextmanager
def loading() -> Iterator[None]:
    """Look for no garbage in what is imported, neither now nor later: all of it stays."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


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


def check_source_first(deployment: Deployment, *, is_full_refresh: bool) -> None:
    """Refuse an unusable source before anything starts or is written."""
    import duckdb

    from orchestration.pull.load_raw import delivered_columns

    workspace = deployment.workspace
    if deployment.is_demo:
        workspace.check_source(DEFAULT_SOURCE, is_full_refresh=is_full_refresh)
        return
    with tempfile.TemporaryDirectory() as scratch, duckdb.connect() as connection:
        source = deployment.open_source(Path(scratch))
        workspace.check_source(source.identity, is_full_refresh=is_full_refresh)
        with source.reading(connection):
            delivered_columns(connection, source)
