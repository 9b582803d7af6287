"""Jobs and schedules: refresh everything, daily and weekly, and calculate one range."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from dagster import (
    AssetSelection,
    Config,
    DefaultScheduleStatus,
    JobDefinition,
    OpExecutionContext,
    RunRequest,
    ScheduleDefinition,
    ScheduleEvaluationContext,
    define_asset_job,
    in_process_executor,
    job,
    op,
    schedule,
)

from api_export.additions.ranges import calculate
from api_export.marts import PublishedMarts
from orchestration.pipeline.resources import WarehouseResource
from orchestration.settings import DEFAULT_SOURCE, Settings
from orchestration.workspace.published import PublishedWorkspace
from orchestration.workspace.workspace import Workspace

DAILY = "30 13 * * *"
WEEKLY = "30 14 * * 1"
LAST_ZONE = "Etc/GMT+12"
"""Where a day ends last: used as long as no website is known."""


def refresh_config(
    as_of: date | None,
    *,
    full_refresh: bool = False,
    lookback_until: datetime | None = None,
) -> dict[str, Any]:
    """The run config of the job `refresh`."""
    pull = {
        "as_of": as_of and as_of.isoformat(),
        "full_refresh": full_refresh,
        "lookback_until": lookback_until and lookback_until.isoformat(),
    }
    return {"ops": {"pull": {"config": pull}}}


def last_complete_date(instant: datetime, timezones: list[str]) -> date:
    """The last date that is over, at an instant, in each of the timezones."""
    zones = timezones or [LAST_ZONE]
    return min(instant.astimezone(ZoneInfo(zone)).date() for zone in zones) - timedelta(days=1)


def build_refresh() -> Any:
    """The job that pulls, builds, tests, publishes and exports, in one process."""
    return define_asset_job(
        "refresh",
        selection=AssetSelection.all(),
        executor_def=in_process_executor,
        description="Pull, build, test, publish and export.",
    )


class RangeConfig(Config):
    """The range of a calculation, both ends inclusive, as YYYY-MM-DD."""

    website: int
    date_from: str
    date_to: str


def build_calculate_analytics(settings: Settings) -> JobDefinition:
    """The job that calculates one range and adds its record to the export."""

    @op(name="calculate")
    def calculate_range(
        context: OpExecutionContext, config: RangeConfig, warehouse: WarehouseResource
    ) -> None:
        record = calculate(
            PublishedWorkspace(settings),
            config.website,
            date.fromisoformat(config.date_from),
            date.fromisoformat(config.date_to),
        )
        context.add_output_metadata({key: str(value) for key, value in record.items()})

    @job(
        name="calculate_analytics",
        executor_def=in_process_executor,
        description="Calculate the analytics of one range, and keep it for later runs.",
    )
    def calculate_analytics() -> None:
        calculate_range()

    return calculate_analytics


def build_schedules(settings: Settings, refresh: Any) -> list[ScheduleDefinition]:
    """The daily refresh looks back some days, the weekly one over all history."""
    return [
        _schedule("daily_refresh", DAILY, settings, refresh, looks_back=True),
        _schedule("weekly_refresh", WEEKLY, settings, refresh, looks_back=False),
    ]


def _schedule(
    name: str, cron: str, settings: Settings, refresh: Any, *, looks_back: bool
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
        if settings.source == DEFAULT_SOURCE:  # its year is over: it has no yesterday to count
            return RunRequest(run_config=refresh_config(None, lookback_until=lookback_until))
        as_of = last_complete_date(tick, _known_timezones(Workspace(settings.workspace)))
        config = refresh_config(as_of, lookback_until=lookback_until)
        return RunRequest(run_config=config, tags={"as_of": as_of.isoformat()})

    return refresh_schedule


def _known_timezones(workspace: Workspace) -> list[str]:
    if not workspace.marts.exists():
        return []
    with PublishedMarts(workspace.marts) as marts:
        return [website["timezone"] for website in marts.websites()]
