"""Calls on a source, without a workspace: source and demo-source."""

import shutil
import tempfile
from pathlib import Path

import click

from orchestration.cli.options import source_option
from orchestration.cli.progress import out, progress
from orchestration.deployment import Deployment
from orchestration.settings import load_settings


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
