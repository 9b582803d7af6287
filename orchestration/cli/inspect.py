"""Calls that look at a source or a workspace: calculate, check, docs, source and demo-source."""

import shutil
import tempfile
from datetime import datetime
from pathlib import Path

import click

from orchestration.cli.options import DATE, source_option, workspace_option
from orchestration.cli.progress import out, progress
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


@click.command("source")
@source_option
def describe(source: str | None) -> None:
    """Show what a source would deliver, entity by entity, without writing anything."""
    from orchestration.quality.describe import describe_source, lines_of

    deployment = Deployment(load_settings(source=source))
    with tempfile.TemporaryDirectory() as scratch, progress():
        opened = deployment.open_source(Path(scratch))
        entities = describe_source(opened, deployment.workspace.limits)
    width = shutil.get_terminal_size().columns
    click.echo(opened.identity)
    for found in entities:
        click.echo()
        for line in lines_of(found, opened, width):
            click.echo(line)
    problems = [found.problem for found in entities if found.problem]
    for problem in problems[1:]:
        click.echo(f"loyalty: {problem}", err=True)
    if problems:
        raise problems[0]


@click.command("demo-source")
@click.argument("directory", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
def demo_source(directory: Path) -> None:
    """Write the demo source as Parquet files into DIR: a worked example of the contract."""
    from orchestration.sources.demo.load import write_demo_source

    for entity, rows in write_demo_source(directory).items():
        out.print(f"{entity}.parquet: {rows:,} rows")
    out.print(f"Use them with: loyalty run --source files:{directory}", markup=False)
