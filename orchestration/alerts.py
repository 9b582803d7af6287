"""Alerts: where a failed run, stale data or a figure is made known: status and webhook."""

import json
import logging
import urllib.request
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from http.client import HTTPException
from typing import Literal

from orchestration.deployment import Deployment
from orchestration.workspace.status import note_failure, read_status

log = logging.getLogger(__name__)

MAX_CHARACTERS = 2_000
TIMEOUT_SECONDS = 10


@dataclass(frozen=True)
class Alert:
    """What a person should know: where something went wrong, and why."""

    event: Literal["failed", "stale", "crossed", "kept"]
    """What happened to the asset; a threshold of figures is crossed, or kept again."""
    asset: str
    cause: str
    next_command: str | None = None
    """What to call next; without it, the run once more."""


def send_alert(deployment: Deployment, alert: Alert) -> bool:
    """Note a failure in the status, and post any alert to the webhook, without secrets.

    Says whether it was posted. Never raises: what went wrong before matters more.
    """
    workspace = deployment.workspace
    asset, cause, next_command = (
        deployment.without_secrets(text)[:MAX_CHARACTERS]
        for text in (alert.asset, alert.cause, alert.next_command or deployment.run_command())
    )
    try:
        if alert.event == "failed":
            note_failure(workspace, asset, cause, next_command)
        if deployment.settings.webhook_url is None:
            return False
        summary = f"{workspace.root}: {asset} {alert.event}. {cause}"
        message = {
            "text": f"{summary}\nNext: {next_command}",  # what chat services show
            "event": alert.event,
            "workspace": str(workspace.root),
            "asset": asset,
            "cause": cause,
            "next_command": next_command,
        }
        _post(str(deployment.settings.webhook_url), message)
    except (OSError, ValueError, HTTPException) as error:
        log.warning("the alert was not sent: %s", deployment.without_secrets(str(error)))
        return False
    return True


def find_staleness(deployment: Deployment) -> Alert | None:
    """The alert where the last finished run or the newest event is too long ago; else null."""
    status = read_status(deployment.workspace)
    finished_at, latest_event = status.get("finished_at"), status.get("latest_event")
    now = datetime.now(UTC)
    limit = timedelta(hours=deployment.settings.stale_hours)
    if finished_at is not None and now - datetime.fromisoformat(finished_at) > limit:
        hours = (now - datetime.fromisoformat(finished_at)).total_seconds() / 3600
        cause = f"the last run that ended well was {hours:.0f} hours ago, at {finished_at}"
        return Alert("stale", "export", cause)
    if latest_event is not None and event_age(latest_event, now) > limit:
        days = event_age(latest_event, now).days
        cause = f"the newest event is of {latest_event}, {days} days ago: is the source still fed?"
        return Alert("stale", "pull", cause)
    return None


def event_age(latest_event: str, now: datetime) -> timedelta:
    """How long ago the date of the newest event ended, in UTC; negative before it has."""
    return now - datetime.combine(
        date.fromisoformat(latest_event) + timedelta(days=1), time(tzinfo=UTC)
    )


def _post(url: str, message: dict[str, str]) -> None:
    request = urllib.request.Request(
        url, json.dumps(message).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS):
        pass
