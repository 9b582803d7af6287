"""Calls on a workspace that was run: calculate, check and docs."""

from datetime import datetime
from pathlib import Path

import click

from orchestration.cli.options import DATE, source_option, workspace_option
from orchestration.cli.progress import out
from orchestration.deployment import Deployment
from orchestration.errors import RunError
from orchestration.settings import load_settings


@click.command()
@workspace_option
@click.option("--website", type=int, required=True, metavar="ID", help="The website's id.")
@click.option("--from", "date_from", type=DATE, required=True, metavar="DATE", help="First date.")
@click.option("--to", "date_to", type=DATE, required=True, metavar="DATE", help="Last date.")
def calculate(
    workspace_folder: Path | None, website: int, date_from: datetime, date_to: datetime
) -> None:
    """Print the analytics of any range, and keep the range for every later run and export."""
    from api_export.additions.ranges import calculate as calculate_range
    from api_export.payloads.json_bytes import json_bytes

    deployment = Deployment(load_settings(workspace=workspace_folder))
    workspace = deployment.workspace
    workspace.check_published()
    with workspace.writing("loyalty calculate", deployment.settings.wait_seconds):
        record = calculate_range(workspace, website, date_from.date(), date_to.date())
    click.echo(json_bytes(record), nl=False)


@click.command()
@source_option
@workspace_option
def check(source: str | None, workspace_folder: Path | None) -> None:
    """Compare source, raw, marts and export, and say where they differ (exit 1 if they do)."""
    from orchestration.quality.differences import find_differences

    deployment = Deployment(load_settings(source=source, workspace=workspace_folder))
    workspace = deployment.workspace
    workspace.check_published()
    with workspace.writing("loyalty check", deployment.settings.wait_seconds):
        differences = find_differences(workspace, deployment.open_source(workspace.scratch))
    for steps, lines in differences.items():
        out.print(f"{steps}: {'differ' if lines else 'agree'}")
        for line in lines:
            out.print(f"  {line}", markup=False)
    if any(differences.values()):
        raise RunError("the steps differ; `loyalty run --full-refresh` brings them together again")


@click.command()
@workspace_option
def docs(workspace_folder: Path | None) -> None:
    """Write dbt's documentation of every table and its lineage as one file."""
    from orchestration.transform.documentation import build_docs

    deployment = Deployment(load_settings(workspace=workspace_folder))
    deployment.workspace.check_published()
    with deployment.workspace.writing("loyalty docs"):
        out.print(f"docs   {build_docs(deployment)}")
