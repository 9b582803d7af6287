"""What `loyalty run` and `loyalty plan` begin with: settings, the source, and heavy imports."""

import contextlib
import gc
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import click

from orchestration.deployment import Deployment
from orchestration.settings import DEFAULT_SOURCE, load_settings


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


@contextlib.contextmanager
def loading() -> Iterator[None]:
    """Look for no garbage in what is imported, neither now nor later: all of it stays."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
