"""The whole of Dagster's view in one readable place: assets, checks, jobs, schedules, resources."""

from typing import Any

from dagster import Definitions

from orchestration.pipeline.assets.export import build_export
from orchestration.pipeline.assets.models import build_models, key_of, published_keys
from orchestration.pipeline.assets.publish import build_publish
from orchestration.pipeline.assets.pull import build_pull
from orchestration.pipeline.checks import build_checks
from orchestration.pipeline.jobs import build_calculate_analytics, build_refresh, build_schedules
from orchestration.pipeline.resources import (
    SourceOpener,
    WarehouseResource,
    build_dbt,
    build_dbt_project,
)
from orchestration.pipeline.sensors import build_sensors
from orchestration.quality.delivery_contract import BREACHES, DELIVERED, build_delivery_check
from orchestration.settings import Settings, load_settings
from orchestration.workspace.workspace import Workspace


def build_defs(
    settings: Settings | None = None, resources: dict[str, Any] | None = None
) -> Definitions:
    """The definitions for some settings; `resources` lays others over the usual ones."""
    settings = settings or load_settings()
    project = build_dbt_project(settings)
    models = build_models(project)
    refresh = build_refresh()
    return Definitions(
        assets=[
            build_pull(settings),
            models,
            build_publish(published_keys(models)),
            build_export(settings),
        ],
        asset_checks=[
            *build_checks(settings),
            build_delivery_check(key_of(models, DELIVERED), key_of(models, BREACHES)),
        ],
        jobs=[refresh, build_calculate_analytics(settings)],
        schedules=build_schedules(settings, refresh),
        sensors=build_sensors(settings),
        resources={
            "warehouse": WarehouseResource(
                root=str(Workspace(settings.workspace).root), wait_seconds=settings.wait_seconds
            ),
            "source": SourceOpener(settings),
            "dbt": build_dbt(project),
            **(resources or {}),
        },
    )
