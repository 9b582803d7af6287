"""Options that several calls share."""

from pathlib import Path

import click

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
