"""Status: the wall-clock fields of a workspace, and who is told when a run fails or data is stale.

`export/status.json` is the only place for them: the exported figures know no clock.
"""

import json
import logging
import re
import shlex
import urllib.request
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Literal

import filelock

from api_export.export.manifest import read_manifest
from orchestration.redaction import MASK, without_password
from orchestration.settings import DEFAULT_SOURCE, Settings
from orchestration.workspace.durable_files import replace_file
from orchestration.workspace.state_files import Instant, Strict
from orchestration.workspace.workspace import Workspace

log = logging.getLogger(__name__)

MAX_CHARACTERS = 2_000
TIMEOUT_SECONDS = 10


@dataclass(frozen=True)
class Alert:
    """What a person should know: where it went wrong, why, and what to do next."""

    event: Literal["failed", "stale"]
    asset: str
    cause: str
    next_command: str


class Failure(Strict):
    """When and where a run failed, why, and what to do next."""

    at: Instant
    asset: str
    cause: str
    next_command: str


class Status(Strict, extra="ignore"):
    """What `export/status.json` holds."""

    as_of: date | None = None
    latest_event: date | None = None
    published_at: Instant | None = None
    finished_at: Instant | None = None
    last_failure: Failure | None = None


def read_status(workspace: Workspace) -> dict[str, Any]:
    """The wall-clock fields so far; none where `status.json` is not what a run wrote."""
    try:
        text = workspace.status.read_bytes()
        Status.model_validate_json(text)
        return json.loads(text)
    except (OSError, ValueError):
        return {}


def note_finished(workspace: Workspace) -> None:
    """Note that a run ended well, and what is published now."""
    _note(workspace, {**_published(workspace), "finished_at": _now()})


def note_published(workspace: Workspace) -> None:
    """Note what is published now, after a change that no run made."""
    _note(workspace, _published(workspace))


def send_alert(settings: Settings, alert: Alert) -> None:
    """Note a failure, and post any alert to the configured webhook, without secrets.

    Never raises: what went wrong before matters more.
    """
    workspace = Workspace(settings.workspace)
    fields = {
        key: without_secrets(value, settings)[:MAX_CHARACTERS]
        for key, value in asdict(alert).items()
    }
    try:
        if fields.pop("event") == "failed" and workspace.export.exists():
            _note(workspace, {"last_failure": {"at": _now(), **fields}})
        if settings.webhook_url is not None:
            _post(str(settings.webhook_url), _message(workspace, alert.event, fields))
    except (OSError, ValueError) as error:
        log.warning("nobody could be told: %s", without_secrets(str(error), settings))


def find_staleness(settings: Settings) -> Alert | None:
    """What to tell where the last finished run or the newest event is too long ago; else none."""
    status = read_status(Workspace(settings.workspace))
    finished_at, latest_event = status.get("finished_at"), status.get("latest_event")
    now = datetime.now(UTC)
    limit = timedelta(hours=settings.stale_hours)
    if finished_at is not None and now - datetime.fromisoformat(finished_at) > limit:
        hours = (now - datetime.fromisoformat(finished_at)).total_seconds() / 3600
        cause = f"the last run that ended well was {hours:.0f} hours ago, at {finished_at}"
        return Alert("stale", "export", cause, run_command(settings))
    if latest_event is not None and event_age(latest_event, now) > limit:
        days = event_age(latest_event, now).days
        cause = f"the newest event is of {latest_event}, {days} days ago: is the source still fed?"
        return Alert("stale", "pull", cause, run_command(settings))
    return None


def event_age(latest_event: str, now: datetime) -> timedelta:
    """How long ago the date of the newest event ended, in UTC; negative before it has."""
    return now - datetime.combine(
        date.fromisoformat(latest_event) + timedelta(days=1), time(tzinfo=UTC)
    )


def run_command(settings: Settings) -> str:
    """The command that runs the pipeline again; `send_alert` takes the secrets out."""
    command = ["loyalty", "run", "--workspace", str(Workspace(settings.workspace).root)]
    if settings.source != DEFAULT_SOURCE:
        command += ["--source", settings.source]
    return shlex.join(command)


def without_secrets(text: str, settings: Settings) -> str:
    """The text without passwords in URLs and settings, and without the webhook's address."""
    text = without_password(text, settings.source)
    if settings.webhook_url:
        text = text.replace(str(settings.webhook_url), MASK)
    text = re.sub(r"(\w://)[^\s/@]+@", rf"\1{MASK}@", text)
    return re.sub(r"(?i)(passw\w*|pwd|token|secret)(\s*[=:]\s*)\S+", rf"\1\2{MASK}", text)


def _note(workspace: Workspace, fields: dict[str, Any]) -> None:
    with filelock.FileLock(workspace.root / ".status-lock"):
        known = {
            "as_of": None,
            "latest_event": None,
            "published_at": None,
            "finished_at": None,
            "last_failure": None,
            **read_status(workspace),
        }
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


def _message(workspace: Workspace, event: str, fields: dict[str, str]) -> dict[str, str]:
    """What is posted; `text` is what chat services show."""
    text = f"{workspace.root}: {fields['asset']} {event}. {fields['cause']}"
    return {
        "text": f"{text}\nNext: {fields['next_command']}",
        "event": event,
        "workspace": str(workspace.root),
        **fields,
    }


def _post(url: str, message: dict[str, str]) -> None:
    request = urllib.request.Request(
        url, json.dumps(message).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS):
        pass
