"""Schedules: the daily and the weekly refresh, and the business date up to which each counts."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from dagster import (
    DefaultScheduleStatus,
    RunRequest,
    ScheduleDefinition,
    ScheduleEvaluationContext,
    schedule,
)

from api_export.marts import PublishedMarts
from orchestration.deployment import Deployment
from orchestration.pipeline.jobs import refresh_config
from orchestration.workspace.workspace import Workspace

DAILY = "30 13 * * *"
WEEKLY = "30 14 * * 1"
LAST_ZONE = "Etc/GMT+12"
"""Where a day ends last: used as long as no website is known."""


def build_schedules(deployment: Deployment, refresh: Any) -> list[ScheduleDefinition]:
    """The daily refresh looks back some days, the weekly one over all history."""
    return [
        _schedule("daily_refresh", DAILY, deployment, refresh, looks_back=True),
        _schedule("weekly_refresh", WEEKLY, deployment, refresh, looks_back=False),
    ]


def _schedule(
    name: str, cron: str, deployment: Deployment, refresh: Any, *, looks_back: bool
) -> ScheduleDefinition:
    @schedule(
        name=name,
        cron_schedule=cron,
        execution_timezone="UTC",
        job=refresh,
        default_status=DefaultScheduleStatus.STOPPED,
        description="Refresh up to the last date that is complete in every website's timezone.",
    )
    def refresh_schedule(context: ScheduleEvaluationContext) -> RunRequest:
        tick = context.scheduled_execution_time or datetime.now(UTC)
        lookback_until = tick if looks_back else None
        if deployment.is_demo:  # its year is over: it has no yesterday to count
            return RunRequest(run_config=refresh_config(None, lookback_until=lookback_until))
        as_of = last_complete_date(tick, _known_timezones(deployment.workspace))
        config = refresh_config(as_of, lookback_until=lookback_until)
        return RunRequest(run_config=config, tags={"as_of": as_of.isoformat()})

    return refresh_schedule


def last_complete_date(instant: datetime, timezones: list[str]) -> date:
    """The last date that is over, at an instant, in each of the timezones."""
    zones = timezones or [LAST_ZONE]
    return min(instant.astimezone(ZoneInfo(zone)).date() for zone in zones) - timedelta(days=1)


def _known_timezones(workspace: Workspace) -> list[str]:
    if not workspace.marts.exists():
        return []
    with PublishedMarts(workspace.marts) as marts:
        return [website["timezone"] for website in marts.websites()]
