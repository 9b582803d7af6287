"""Options that several calls share."""

from collections.abc import Callable
from pathlib import Path

import click

Call = Callable[..., None]

DATE = click.DateTime(["%Y-%m-%d"])

source_option = click.option(
    "--source",
    metavar="URL",
    help="Where the rows come from: demo, files:DIR, or a database's URL, such as"
    " postgresql://user@host/name.  [LOYALTY_SOURCE, else demo]",
)
workspace_option = click.option(
    "--workspace",
    "workspace_folder",
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    help="The folder that holds all a run makes.  [LOYALTY_WORKSPACE, else data/, or the user's"
    " own folder for data where the project is not a checkout]",
)
json_option = click.option(
    "--json", "is_json", is_flag=True, help="Print all of it as JSON, and nothing else."
)


def run_options(call: Call) -> Call:
    """What `run` takes, and so does what plans a run."""
    options = (
        source_option,
        workspace_option,
        click.option(
            "--as-of",
            type=DATE,
            metavar="DATE",
            help="Count everything up to this business date, YYYY-MM-DD.  [LOYALTY_AS_OF, else the"
            " date of the latest event that is over on all websites]",
        ),
        click.option(
            "--lookback",
            is_flag=True,
            help="Compare with the source, as the daily schedule does, only the events of the last"
            " LOYALTY_LOOKBACK_DAYS days up to --as-of (or now), all later ids and the requests"
            " still open.  [else all history]",
        ),
        click.option(
            "--full-refresh",
            is_flag=True,
            help="Build everything anew; a workspace can only so be given another source.",
        ),
        click.option(
            "--accept-quarantine",
            is_flag=True,
            help="Let through a delivery that would be refused: an entity, website or transaction"
            " type without a valid row, or more quarantined rows than LOYALTY_MAX_QUARANTINED"
            " allows.  [LOYALTY_ACCEPT_QUARANTINE]",
        ),
    )
    for option in reversed(options):
        call = option(call)
    return call
