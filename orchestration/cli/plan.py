"""`loyalty plan`: what a run would do."""

from collections.abc import Iterator
from dataclasses import astuple
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from orchestration.cli.options import json_option, run_options
from orchestration.cli.progress import out, progress
from orchestration.cli.starting import check_source_first, deployment_of, loading
from orchestration.cli.tables import print_limited, printable
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
    for label, text in _lines(planned):
        out.print(f"{label:<10}  {printable(text)}", markup=False)
    print_limited(("what changed", "before", "after"), planned.changes)
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
        [(str(each.website), *astuple(each)[1:]) for each in planned.restatements or ()],
    )
    if planned.outcome == "succeeds":
        for breach in planned.breaches or ():
            out.print(f"let through: {printable(breach.found)}", markup=False)
    would = {"succeeds": "succeed", "refused": "be refused", "fails": "fail"}
    out.print(f"a run would {would[planned.outcome]}")


def _lines(planned: "Plan") -> Iterator[tuple[str, str]]:
    """What is told in a line each, with its label."""
    yield "published", f"as of {planned.as_of_before or 'no date'}"
    if planned.mode is not None:
        yield "models", f"{planned.mode}: {planned.reason}"
    if planned.lookback is not None:
        first, last = planned.lookback.first, planned.lookback.last
        yield "compared", f"events from {first:%F %T} to {last:%F %T} (UTC), and all later ids"
    if planned.exports_again:
        yield "export", "written anew: its code changed"
    if planned.recomputed_dates is not None:
        dates, clients = planned.recomputed_dates, planned.recomputed_clients
        yield "computed", f"{dates:,} dates and {clients:,} clients anew"
    if planned.outcome != "fails":
        yield "after it", f"as of {planned.as_of or 'no date'}"
