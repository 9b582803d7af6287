"""`loyalty explain`: the rows behind a figure."""

import csv
import os
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.table import Table

from orchestration.cli.options import DATE, workspace_option
from orchestration.cli.progress import out
from orchestration.deployment import Deployment
from orchestration.settings import load_settings

if TYPE_CHECKING:
    from api_export.explanations import ExplainedFigure

FIRST_ROWS = 10


class Website(click.ParamType):
    """A website's id, or the word for all of them together."""

    name = "ID"

    def convert(
        self, value: str | int, param: click.Parameter | None, ctx: click.Context | None
    ) -> int | str:
        """The id as a number, or the word as it is."""
        from api_export.payloads.endpoints import ALL_WEBSITES

        if value == ALL_WEBSITES:
            return value
        try:
            return int(value)
        except ValueError:
            self.fail(f"{value!r} is neither a website's id nor {ALL_WEBSITES!r}", param, ctx)


@click.command()
@workspace_option
@click.argument("figure", metavar="FIGURE")
@click.option(
    "--website", type=Website(), required=True, metavar="ID", help="The website's id, or all."
)
@click.option("--from", "date_from", type=DATE, required=True, metavar="DATE", help="First date.")
@click.option("--to", "date_to", type=DATE, required=True, metavar="DATE", help="Last date.")
@click.option("--csv", "is_csv", is_flag=True, help="Print every row, as CSV, and nothing else.")
def explain(
    workspace_folder: Path | None,
    figure: str,
    website: int | str,
    date_from: datetime,
    date_to: datetime,
    is_csv: bool,
) -> None:
    """Show the rows that make a figure: how many there are, their sum of points, the first ones.

    The figure is the sum of the points for issued, redeemed, deducted, outstanding,
    redemption_value and points_converted; it is the number of rows for redemptions, conversions,
    active_clients, clients_with_transactions and clients_with_redemptions. What outstanding and
    active_clients count is up to the last date, whatever the first one is.
    """
    from api_export.explanations import explain as explain_figure
    from api_export.marts import PublishedMarts
    from api_export.payloads.endpoints import ALL_WEBSITES

    workspace = Deployment(load_settings(workspace=workspace_folder)).workspace
    workspace.check_published()
    website_id = None if website == ALL_WEBSITES else int(website)
    with PublishedMarts(workspace.marts) as marts:
        dates = (date_from.date(), date_to.date())
        explained = explain_figure(marts, figure, website_id, *dates)
        if is_csv:
            _print_csv(explained)
        else:
            _print_summary(explained)


def _print_summary(explained: "ExplainedFigure") -> None:
    figure, website_id, date_from, date_to = explained.question
    whose = "all websites" if website_id is None else f"website {website_id}"
    made_of = "the sum of their points" if explained.is_sum else "their count"
    out.print(f"{figure} of {whose}, {date_from} to {date_to}, as of {explained.as_of}")
    out.print(f"value  {explained.value} ({made_of})")
    out.print(f"count  {explained.count}")
    out.print(f"total  {explained.total}")
    rows = explained.rows(0, FIRST_ROWS)
    if rows:
        table = Table(*rows[0])
        for row in rows:
            table.add_row(*map(str, row.values()))
        out.print(table)
    if explained.count > len(rows):
        out.print(f"and {explained.count - len(rows)} more: --csv prints every row")


def _print_csv(explained: "ExplainedFigure") -> None:
    """Print every row as it is read; who reads may stop before the last one."""
    from api_export.payloads.lookups import ExplainedRow

    try:
        writer = csv.DictWriter(sys.stdout, ExplainedRow.__annotations__, lineterminator="\n")
        writer.writeheader()
        writer.writerows(explained.all_rows())
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
