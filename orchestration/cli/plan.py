"""`loyalty plan`: what a run would do."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from orchestration.cli.options import json_option, run_options
from orchestration.cli.progress import out, progress
from orchestration.cli.run import check_source_first, deployment_of, loading
from orchestration.cli.tables import cell, print_limited
from orchestration.errors import RunError

if TYPE_CHECKING:
    from orchestration.quality.plan import Plan


@click.command()
@run_options
@json_option
def plan(
    source: str | None,
    workspace_folder: Path | None,
    as_of: datetime | None,
    lookback: bool,
    full_refresh: bool,
    accept_quarantine: bool,
    is_json: bool,
) -> None:
    """Show what a run with the same options would do, and why, without doing it.

    Rows added, changed and removed; rows that would be quarantined; whether the delivery would be
    refused; whether all is built anew, and which model, setting or version is the reason; as_of
    before and after; published figures that would change.

    It rehearses the run on a copy of the workspace, up to what would be published. So it takes as
    long as a run, and as much disk again as its databases, in a folder of the workspace that is
    removed in the end. The workspace stays as it is, other runs may work meanwhile, and nobody is
    alerted. Ends with exit code 0 where a run would succeed, 1 where it would be refused or fail.
    """
    deployment = deployment_of(source, workspace_folder, as_of, accept_quarantine)
    check_source_first(deployment, is_full_refresh=full_refresh)
    with progress(beside_output=is_json):
        with loading():
            from orchestration.pipeline.rehearsal import rehearse

        planned = rehearse(deployment, is_full_refresh=full_refresh, looks_back=lookback)
    if is_json:
        from api_export.payloads.json_bytes import json_bytes

        click.echo(json_bytes(planned.as_json()), nl=False)
    else:
        _print(planned)
    if planned.error is not None:
        raise RunError(planned.error)


def _print(planned: "Plan") -> None:
    before, now = planned.as_of_before or "nothing", planned.as_of or "not known"
    out.print(f"as of         {before} is published; {now} after the run")
    if planned.mode is not None:
        out.print(f"the models    {planned.mode}: {cell(planned.reason)}")
    if planned.lookback is not None:
        first, last = planned.lookback.first, planned.lookback.last
        out.print(f"compared      events from {first:%F %T} to {last:%F %T} (UTC), and later ids")
    if planned.exports_again:
        out.print("the export    would be written anew: its code changed")
    if planned.recomputed_dates is not None:
        out.print(
            f"computed anew {planned.recomputed_dates:,} dates, {planned.recomputed_clients:,}"
            " clients"
        )
    print_limited(
        ("what changed", "before", "after"),
        planned.changes,
    )
    print_limited(
        ("entity", "rows published", "rows", "added", "changed", "removed"),
        [
            (each.entity, each.rows_before, each.rows, each.added, each.changed, each.removed)
            for each in planned.entities
            if each.added or each.changed or each.removed
        ],
    )
    print_limited(
        ("quarantined", "reason", "rows", "new", "gone"),
        [
            (each.entity, each.reason, each.rows, each.new, each.gone)
            for each in planned.quarantined or ()
        ],
    )
    print_limited(
        ("website", "first date", "last date", "published figure", "published", "after"),
        [
            (
                str(each.website),
                each.date_from,
                each.date_to,
                each.figure,
                each.from_value,
                each.to_value,
            )
            for each in planned.restatements or ()
        ],
    )
    if planned.outcome == "succeeds":
        for breach in planned.breaches or ():
            out.print(f"let through: {cell(breach.found)}")
        out.print("a run would succeed")
    else:
        out.print(f"a run would {'be refused' if planned.outcome == 'refused' else 'fail'}")
