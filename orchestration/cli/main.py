"""The `loyalty` command. Dagster and dbt are imported only by the calls that need them."""

import contextlib
import gc
import io
import ipaddress
import logging
import shutil
import socket
import sys
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import click
from pydantic import SecretStr
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from orchestration.cli.stopping import Stopped, StopSignals
from orchestration.errors import (
    LoyaltyError,
    RunError,
    UsageError,
    causes,
    is_full_disk,
)
from orchestration.installation import APPLICATION
from orchestration.settings import Settings, load_settings
from orchestration.workspace.workspace import Workspace

log = logging.getLogger(__name__)

DATE = click.DateTime(["%Y-%m-%d"])
LOCAL_NAMES = ("127.0.0.1", "localhost", "[::1]")
out = Console(highlight=False, soft_wrap=True)


def main() -> None:
    """Run the command: 0 done, 1 failed, 2 wrong usage or an unusable source, 128 + n stopped."""
    with StopSignals() as signals:
        try:
            commands.main(standalone_mode=False, obj=signals)
            return
        except BaseException as error:
            message, code = _explain(signals.received() or error)
    with contextlib.suppress(OSError):  # the terminal may be gone
        click.echo(f"loyalty: {message}", err=True)
    sys.exit(code)


def _explain(error: BaseException) -> tuple[str, int]:
    """The one line and the exit code of an error that is a user's; raises any other."""
    if isinstance(error, LoyaltyError | Stopped):
        return str(error), error.exit_code
    if isinstance(error, click.ClickException):
        return error.format_message(), 2
    if isinstance(error, click.Abort):
        return "stopped", 1
    if is_full_disk(error):
        return str(error), 1
    raise error


source_option = click.option(
    "--source",
    metavar="URL",
    help="Where the rows come from: demo, files:DIR, or a database's URL, such as"
    " postgresql://user@host/name.  [LOYALTY_SOURCE, else demo]",
)
workspace_option = click.option(
    "--workspace",
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder that holds all a run makes.  [LOYALTY_WORKSPACE, else data/, or the user's"
    " own folder for data where the project is not a checkout]",
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name=APPLICATION, message="%(package)s %(version)s")
def commands() -> None:
    """Loyalty programmes as a warehouse: exact figures for any date, for dashboards and analysts.

    \b
    loyalty run                          build everything from the demo source
    loyalty run --source files:exports   build everything from your own files
    loyalty calculate --website 1 --from 2017-03-01 --to 2017-05-31
    loyalty source --source sqlite:///shop.db   what a database would deliver
    loyalty check                        compare source, raw, marts and export
    loyalty serve                        the dashboard and the API on http://127.0.0.1:8000

    Every option falls back to an environment variable; the README has the table of settings.
    """


@commands.command()
@source_option
@workspace_option
@click.option(
    "--as-of",
    type=DATE,
    metavar="DATE",
    help="Count everything up to this business date.  [LOYALTY_AS_OF, else the date of the latest"
    " event that is over on all websites]",
)
@click.option(
    "--lookback",
    is_flag=True,
    help="As the daily schedule does, compare only the events of LOYALTY_LOOKBACK_DAYS days up to"
    " --as-of (or now), all later ids and the requests still open; else all history.",
)
@click.option("--full-refresh", is_flag=True, help="Rebuild from nothing; needed for a new source.")
@click.option(
    "--accept-quarantine",
    is_flag=True,
    help="Let through a delivery that would be refused: an entity, website or transaction type"
    " without a valid row, or more quarantined rows than LOYALTY_MAX_QUARANTINED allows."
    "  [LOYALTY_ACCEPT_QUARANTINE]",
)
@click.pass_obj
def run(
    signals: StopSignals,
    source: str | None,
    workspace: Path | None,
    as_of: datetime | None,
    lookback: bool,
    full_refresh: bool,
    accept_quarantine: bool,
) -> None:
    """Pull, build, test, publish and export: the Dagster job `refresh`, in this process."""
    settings = load_settings(
        source=source,
        workspace=workspace,
        as_of=as_of and as_of.date(),
        accept_quarantine=accept_quarantine or None,
    )
    if settings.as_of and settings.as_of > datetime.now().date():
        click.echo(f"loyalty: warning: as_of {settings.as_of} lies in the future", err=True)
    files = Workspace(settings.workspace)
    with _telling_failures(settings, signals):
        _check_source_first(settings, is_full_refresh=full_refresh)
        with (
            _progress(),
            files.writing("loyalty run", settings.wait_seconds),
            files.leaving_nothing_refused(),
        ):
            log.info("starting Dagster and dbt")
            with _loading():
                from orchestration.pipeline.run import refresh

            summary = refresh(settings, is_full_refresh=full_refresh, looks_back=lookback)
    table = Table("step", "what it did", "seconds", title=f"as of {summary.as_of}")
    for step in summary.steps:
        table.add_row(step.name, step.done, f"{step.seconds:.1f}")
    for warning in summary.warnings:
        table.add_row("warning", escape(warning), "")
    out.print(table)
    page = files.current_export / "index.html"
    if page.exists():
        out.print(f"page   {page}")
    out.print(f"JSON   {files.current_export}")
    out.print(f"marts  {files.marts}")


@contextlib.contextmanager
def _loading() -> Iterator[None]:
    """Look for no garbage in what is imported, neither now nor later: all of it stays."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


@contextlib.contextmanager
def _telling_failures(settings: Settings, signals: StopSignals) -> Iterator[None]:
    """Note and post why a run fails or is stopped, in whatever it is."""
    try:
        yield
    except BaseException as error:
        from orchestration.workspace.status import Trouble, run_command, tell

        steps = (getattr(cause, "step_key", None) for cause in causes(error))
        asset = next(filter(None, steps), getattr(error, "step", "refresh"))
        stopped = signals.received()
        if stopped is not None:
            signals.ignore()
        cause = str(stopped or error) or type(error).__name__
        tell(settings, Trouble("failed", asset, cause, run_command(settings)))
        if stopped is not None:
            raise stopped from error
        raise


def _check_source_first(settings: Settings, *, is_full_refresh: bool) -> None:
    """Refuse an unusable source before anything starts or is written."""
    import duckdb

    from orchestration.pull.raw import delivered_columns
    from orchestration.sources import open_source

    files = Workspace(settings.workspace)
    if settings.source == "demo":
        files.check_source("demo", is_full_refresh=is_full_refresh)
        return
    with tempfile.TemporaryDirectory() as scratch, duckdb.connect() as connection:
        source = open_source(
            settings.source, Path(scratch), settings.mapping, settings.source_timeout_seconds
        )
        files.check_source(source.identity, is_full_refresh=is_full_refresh)
        with source.reading(connection):
            delivered_columns(connection, source)


@commands.command()
@workspace_option
@click.option("--website", type=int, required=True, metavar="ID", help="The website's id.")
@click.option("--from", "date_from", type=DATE, required=True, metavar="DATE", help="First date.")
@click.option("--to", "date_to", type=DATE, required=True, metavar="DATE", help="Last date.")
def calculate(workspace: Path | None, website: int, date_from: datetime, date_to: datetime) -> None:
    """Print the analytics of any range, and keep the range for every later run and export."""
    from api_export.additions.ranges import calculate as calculate_range
    from api_export.export.writer import dump
    from orchestration.workspace.published import Publication

    settings = load_settings(workspace=workspace)
    published = Publication(settings)
    published.check_published()
    with published.writing("loyalty calculate", settings.wait_seconds):
        record = calculate_range(published, website, date_from.date(), date_to.date())
    click.echo(dump(record), nl=False)


@commands.command()
@source_option
@workspace_option
def check(source: str | None, workspace: Path | None) -> None:
    """Compare source, raw, marts and export, and say where they differ (exit 1 if they do)."""
    from orchestration.pipeline.checks import find_differences
    from orchestration.sources import open_source

    settings = load_settings(source=source, workspace=workspace)
    files = Workspace(settings.workspace)
    files.check_published()
    with files.writing("loyalty check", settings.wait_seconds):
        opened = open_source(
            settings.source, files.scratch, settings.mapping, settings.source_timeout_seconds
        )
        differences = find_differences(files, opened)
    for steps, lines in differences.items():
        out.print(f"{steps}: {'differ' if lines else 'agree'}")
        for line in lines:
            out.print(f"  {line}", markup=False)
    if any(differences.values()):
        raise RunError("the steps differ; `loyalty run --full-refresh` brings them together again")


@commands.command()
@workspace_option
def docs(workspace: Path | None) -> None:
    """Write dbt's documentation of every table and its lineage as one file."""
    from orchestration.transform.documentation import build_docs

    files = Workspace(load_settings(workspace=workspace).workspace)
    files.check_published()
    with files.writing("loyalty docs"):
        out.print(f"docs   {build_docs(files)}")


@commands.command()
@workspace_option
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8000,
    show_default=True,
    help="The port to listen on; 0 for any free one.",
)
@click.pass_obj
def serve(signals: StopSignals, workspace: Path | None, host: str, port: int) -> None:
    """Serve the dashboard, the exported JSON and the API, by what is published at each moment."""
    import uvicorn

    from api_export.server.access import Tokens
    from api_export.server.app import Options, build_app
    from api_export.server.connections import bounded_config
    from orchestration.workspace.published import Publication

    settings = load_settings(workspace=workspace)
    published = Publication(settings)
    if not published.marts.exists() or not published.current_export.exists():
        raise UsageError(f"{published.root} has nothing published yet: use `loyalty run` first")
    try:
        listening = socket.create_server(
            (host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET
        )
    except OSError as error:
        raise UsageError(f"can't listen on {host}, port {port}: {error.strerror}") from None
    options = Options(
        Tokens(_reveal(settings.admin_token), _reveal(settings.read_token)),
        settings.cors_origins,
        settings.cache_seconds,
        _names(host, listening.getsockname()[0]),
    )
    config = bounded_config(
        build_app(published, options),
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=5,
    )
    server = uvicorn.Server(config)
    with listening, signals.handled_by(server.handle_exit):
        shown = f"[{host}]" if ":" in host else host
        click.echo(f"http://{shown}:{listening.getsockname()[1]}/")
        server.run(sockets=[listening])


def _reveal(secret: SecretStr | None) -> str | None:
    return None if secret is None else secret.get_secret_value()


def _names(host: str, address: str) -> tuple[str, ...]:
    """The names by which a server may be called: those of this machine alone, if it serves that.

    Under another name, a page from elsewhere might be asking.
    """
    listened = ipaddress.ip_address(address.partition("%")[0])
    listened = getattr(listened, "ipv4_mapped", None) or listened
    if not listened.is_loopback:
        return ("*",)
    names = (host, address)
    return (*LOCAL_NAMES, *(f"[{name}]" if ":" in name else name for name in names))


@commands.command("source")
@source_option
def describe(source: str | None) -> None:
    """Show what a source would deliver, entity by entity, without writing anything."""
    from orchestration.quality.describe import describe_source, lines_of
    from orchestration.sources import open_source

    settings = load_settings(source=source)
    with tempfile.TemporaryDirectory() as scratch, _progress():
        opened = open_source(
            settings.source, Path(scratch), settings.mapping, settings.source_timeout_seconds
        )
        entities = describe_source(opened)
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


@commands.command("demo-source")
@click.argument("directory", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
def demo_source(directory: Path) -> None:
    """Write the demo source as Parquet files into DIR: a worked example of the contract."""
    from orchestration.sources.demo.load import write_demo_source

    for entity, rows in write_demo_source(directory).items():
        out.print(f"{entity}.parquet: {rows:,} rows")
    out.print(f"Use them with: loyalty run --source files:{directory}", markup=False)


@contextlib.contextmanager
def _progress() -> Iterator[None]:
    """Show what the pipeline logs, a line each, and keep dbt's own standard output away."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s", "%H:%M:%S"))
    logger = logging.getLogger("orchestration")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    # Where nothing changed the steps after the pull are skipped, and Dagster warns of each check.
    logging.getLogger("dagster._core.execution.plan.active").setLevel(logging.ERROR)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            yield
    finally:
        logger.removeHandler(handler)
