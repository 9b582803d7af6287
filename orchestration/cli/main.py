"""The command `loyalty`: its calls, and the line and exit code of each way to end."""

import contextlib
import sys

import click

from orchestration.cli.diff import diff
from orchestration.cli.explain import explain
from orchestration.cli.plan import plan
from orchestration.cli.run import run
from orchestration.cli.serve import serve
from orchestration.cli.source_calls import demo_source, describe
from orchestration.cli.stopping import Stopped, StopSignals
from orchestration.cli.workspace_calls import calculate, check, docs
from orchestration.errors import LoyaltyError, is_full_disk
from orchestration.installation import APPLICATION


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


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name=APPLICATION, message="%(package)s %(version)s")
def commands() -> None:
    """Loyalty programmes as a warehouse: exact figures for any date, for dashboards and analysts.

    \b
    loyalty run                          build everything from the demo source
    loyalty run --source files:exports   build everything from your own files
    loyalty plan                         what a run would do, without doing it
    loyalty diff previous current        the figures that the last run changed
    loyalty calculate --website 1 --from 2017-03-01 --to 2017-05-31
    loyalty explain issued --website 1 --from 2017-03-01 --to 2017-05-31
    loyalty source --source sqlite:///shop.db   what a database would deliver
    loyalty check                        compare source, raw, marts and export
    loyalty serve                        the dashboard and the API on http://127.0.0.1:8000

    Options go before the settings, LOYALTY_… environment variables, which
    docs/command-and-settings.md lists.
    """


for call in (run, plan, diff, calculate, explain, check, docs, serve, describe, demo_source):
    commands.add_command(call)
