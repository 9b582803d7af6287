"""All that Dagster sees of a deployment: assets, checks, jobs, schedules, sensors, resources."""

from dagster import Definitions

from orchestration.deployment import Deployment
from orchestration.pipeline.assets.export import build_export
from orchestration.pipeline.assets.models import build_models, key_of, published_keys
from orchestration.pipeline.assets.publish import build_publish
from orchestration.pipeline.assets.pull import build_pull
from orchestration.pipeline.checks import build_delivery_check, build_export_checks
from orchestration.pipeline.dbt_process import build_dbt, build_dbt_project
from orchestration.pipeline.jobs import build_calculate_analytics, build_refresh
from orchestration.pipeline.resources import DBT, LOCK, WorkspaceLock
from orchestration.pipeline.schedules import build_schedules
from orchestration.pipeline.sensors import build_sensors
from orchestration.quality.delivery_contract import BREACHES, DELIVERED


def build_defs(deployment: Deployment) -> Definitions:
    """The definitions of a deployment; those of two in one process don't meet."""
    project = build_dbt_project(deployment)
    models = build_models(deployment, project)
    refresh = build_refresh()
    return Definitions(
        assets=[
            build_pull(deployment),
            models,
            build_publish(deployment, published_keys(models)),
            build_export(deployment),
        ],
        asset_checks=[
            *build_export_checks(deployment),
            build_delivery_check(deployment, key_of(models, DELIVERED), key_of(models, BREACHES)),
        ],
        jobs=[refresh, build_calculate_analytics(deployment)],
        schedules=build_schedules(deployment, refresh),
        sensors=build_sensors(deployment),
        resources={
            LOCK: WorkspaceLock(
                root=str(deployment.workspace.root), wait_seconds=deployment.settings.wait_seconds
            ),
            DBT: build_dbt(project),
        },
    )
