"""Calculate: the analytics of any range, from the published marts, kept for later runs."""

from datetime import date
from typing import Any

from api_export.reports import Reports
from api_export.writer import write_export
from orchestration.errors import UsageError
from orchestration.settings import FIRST_DATE, LAST_DATE
from orchestration.status import note_published
from orchestration.workspace import Workspace


def calculate(
    workspace: Workspace, website_id: int, date_from: date, date_to: date, keep_exports: int
) -> dict[str, Any]:
    """The record of a website and range (both ends inclusive), added to the export.

    The range is kept in `state/`, so every later run has it too. The caller holds the workspace.
    Raises `UsageError` where there is no such range or website, or nothing published yet.
    """
    if not workspace.marts.exists():
        raise UsageError(f"{workspace.marts} does not exist yet: use `loyalty run` first")
    with Reports(workspace.marts) as reports:
        _check(reports, website_id, date_from, date_to)
        (record,) = reports.calculate(website_id, date_from, date_to)
    workspace.keep_asked_range((website_id, date_from, date_to))
    written = write_export(
        workspace.marts, workspace.export, workspace.asked_ranges(), keep_exports
    )
    if written.is_new:
        note_published(workspace)
    return record


def _check(reports: Reports, website_id: int, date_from: date, date_to: date) -> None:
    websites = {website["id"]: website["name"] for website in reports.websites()}
    as_of = reports.run()["as_of"]
    if website_id not in websites:
        known = ", ".join(f"{key} ({name!r})" for key, name in websites.items())
        raise UsageError(f"there is no website {website_id}; there are: {known or 'none'}")
    if not FIRST_DATE <= date_from <= date_to <= LAST_DATE:
        raise UsageError(
            f"{date_from} to {date_to} is no range: it must begin from {FIRST_DATE} on,"
            f" end by {LAST_DATE}, and not end before it begins"
        )
    if as_of is None or date_to > as_of:
        raise UsageError(f"{date_to} lies after as_of, {as_of}: nothing is known of it yet")
