"""The status of a workspace: when it was last run and published, and how the last failure came.

`export/status.json` is the only place for what the clock says: the exported figures know no clock.
"""

import json
from datetime import UTC, date, datetime
from typing import Any, Literal

import filelock

from api_export.export.manifest import read_manifest
from orchestration.workspace.durable_files import replace_file
from orchestration.workspace.state_files import Instant, Strict
from orchestration.workspace.workspace import Workspace


class Failure(Strict):
    """When and where a run failed, why, and what to do next."""

    at: Instant
    asset: str
    cause: str
    next_command: str


class FigureStatus(Strict):
    """A threshold that is crossed, or whose figure can't be known."""

    key: str
    state: Literal["crossed", "unknown", "kept"]
    """`kept`, where nobody could be told so far that it is."""
    sentence: str
    is_told: bool
    """Whether an alert told that it is crossed, and none that it is kept again."""


class Status(Strict, extra="ignore"):
    """What `export/status.json` holds."""

    as_of: date | None = None
    latest_event: date | None = None
    published_at: Instant | None = None
    finished_at: Instant | None = None
    last_failure: Failure | None = None
    figures: list[FigureStatus] | None = None


def read_status(workspace: Workspace) -> dict[str, Any]:
    """The status so far; empty where `status.json` is not what a run wrote."""
    try:
        text = workspace.status.read_bytes()
        Status.model_validate_json(text)
        return json.loads(text)
    except (OSError, ValueError):
        return {}


def note_finished(workspace: Workspace) -> None:
    """Note that a run ended well, and what is published now."""
    _note(workspace, {**_published(workspace), "finished_at": _now()})


def note_current_export(workspace: Workspace) -> None:
    """Note what is published now, after a change that no run made."""
    _note(workspace, _published(workspace))


def note_failure(workspace: Workspace, asset: str, cause: str, next_command: str) -> None:
    """Note that a run failed; nothing where the workspace has no export to stand beside."""
    if workspace.export.exists():
        failure = {"at": _now(), "asset": asset, "cause": cause, "next_command": next_command}
        _note(workspace, {"last_failure": failure})


def read_figures(workspace: Workspace) -> list[FigureStatus]:
    """What the last run found of figures and their thresholds."""
    return [FigureStatus(**figure) for figure in read_status(workspace).get("figures") or ()]


def note_figures(workspace: Workspace, figures: list[FigureStatus]) -> None:
    """Note what became of figures and their thresholds."""
    _note(workspace, {"figures": [figure.model_dump() for figure in figures]})


def _note(workspace: Workspace, fields: dict[str, Any]) -> None:
    with filelock.FileLock(workspace.root / ".status-lock"):
        known = dict.fromkeys(Status.model_fields) | read_status(workspace)
        content = json.dumps(known | fields, indent=2, ensure_ascii=False)
        replace_file(workspace.status, content.encode() + b"\n")


def _published(workspace: Workspace) -> dict[str, Any]:
    """Up to when the export counts, and since when it is the current one."""
    manifest = read_manifest(workspace.current_export)
    switched = datetime.fromtimestamp(workspace.current_export.lstat().st_mtime, UTC)
    return {
        "as_of": manifest["as_of"],
        "latest_event": manifest.get("latest_event"),
        "published_at": switched.isoformat(timespec="seconds"),
    }


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
