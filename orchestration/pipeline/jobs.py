"""Jobs: refresh everything, and calculate one range."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from dagster import (
    AssetSelection,
    Config,
    JobDefinition,
    OpExecutionContext,
    define_asset_job,
    in_process_executor,
    job,
    op,
)

from api_export.additions.ranges import calculate
from orchestration.deployment import Deployment
from orchestration.pipeline.resources import LOCK


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


def lookback_end(as_of: date | None) -> datetime:
    """When as_of is over (UTC), up to which a run looks back; now, without one."""
    if as_of is None:
        return datetime.now(UTC)
    return datetime.combine(as_of + timedelta(days=1), time(tzinfo=UTC))


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


def build_calculate_analytics(deployment: Deployment) -> JobDefinition:
    """The job that calculates one range and adds its record to the export."""

    @op(name="calculate", required_resource_keys={LOCK})
    def calculate_range(context: OpExecutionContext, config: RangeConfig) -> None:
        record = calculate(
            deployment.workspace,
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
