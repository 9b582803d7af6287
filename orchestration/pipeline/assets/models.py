"""Models: dbt builds staging, intermediate, marts, reports and ranges, and tests each of them."""

import logging
from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any

from dagster import (
    AssetExecutionContext,
    AssetKey,
    AssetsDefinition,
    Failure,
)

from orchestration.deployment import Deployment
from orchestration.errors import RunError
from orchestration.pipeline.dagster_dbt_alone import (
    DagsterDbtTranslator,
    DbtCliInvocation,
    DbtProject,
    dbt_assets,
)
from orchestration.pipeline.resources import DBT, LOCK
from orchestration.pull.run_progress import is_full_build
from orchestration.transform.dbt_command import PROGRESS_LOGGER, end_process
from orchestration.transform.manifest import drop_older_parse
from orchestration.transform.spark.build import SPARK_TABLES, build_tables
from orchestration.transform.spark.lakehouse import claim_lakehouse, emptied
from orchestration.transform.spark.landing import land_raw
from orchestration.workspace.duckdb_setup import register_functions

log = logging.getLogger(__name__)

BUILD = ("build", "--exclude-resource-type", "unit_test")
"""Unit tests prove the code, not the data: `make test` runs them."""
FULL_REFRESH = "--full-refresh"
PUBLISHED_LAYERS = ("marts", "reports", "ranges")
PROGRESS_EVERY = 50
LOGGED = "AdapterEventInfo"
"""dbt's event for what a plugin logs."""
FAILURES = ("RunResultError", "RunResultErrorNoMessage")
"""dbt's events that say, at its end, why a model or a test failed."""


class LayerTranslator(DagsterDbtTranslator):
    """Groups each model by its layer, the folder it lies in."""

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        """The layer: staging, intermediate, marts, reports or ranges; a seed belongs to staging."""
        if dbt_resource_props["resource_type"] == "seed":
            return "staging"
        return dbt_resource_props["fqn"][1]


def build_models(deployment: Deployment, project: DbtProject) -> AssetsDefinition:
    """The dbt assets, their data tests as asset checks."""
    workspace, wait_seconds = deployment.workspace, deployment.settings.wait_seconds
    is_on_spark = deployment.settings.engine == "spark"

    @dbt_assets(
        manifest=project.manifest_path,
        dagster_dbt_translator=LayerTranslator(),
        required_resource_keys={LOCK, DBT},
    )
    def models(context: AssetExecutionContext) -> Iterator[Any]:
        with workspace.connect(wait_seconds) as connection:
            is_full = is_on_spark or is_full_build(connection)
        if is_full and not context.is_subset:
            workspace.next_marts.unlink(missing_ok=True)
        drop_older_parse(workspace.dbt_target)
        variables = deployment.environment()
        if is_on_spark:
            variables |= _build_on_spark(deployment)
        log.info("dbt build")
        invocation = context.resources.dbt.start(
            context,
            [*BUILD, *([FULL_REFRESH] if is_full else [])],
            target=workspace.dbt_target,
            variables=variables,
        )
        failures: list[str] = []
        events = _stream(invocation, failures)
        try:
            for done, event in enumerate(events, start=1):
                yield event
                if done % PROGRESS_EVERY == 0:
                    log.info("%d models and tests done", done)
        finally:  # a run that is stopped
            end_process(invocation.process)
            deque(events, maxlen=0)  # dbt's last words
        if not invocation.is_successful():
            damage = workspace.set_aside_damaged(thorough=True)
            if damage:
                raise Failure(f"{damage}; the next run rebuilds it")
            raise Failure(_describe_failures(invocation, failures))

    return models


def _build_on_spark(deployment: Deployment) -> dict[str, str]:
    """Have Spark build the tables; what tells dbt on DuckDB to take them over, and to test them."""
    workspace = deployment.workspace
    claim_lakehouse(workspace.lakehouse, workspace.root)
    with workspace.connect(deployment.settings.wait_seconds) as connection:
        register_functions(connection)
        land_raw(connection, emptied(workspace.lakehouse / "raw"))
    target = workspace.dbt_target / "spark"
    try:
        tables = build_tables(workspace.lakehouse, target, deployment.environment())
    except RunError as error:
        raise Failure(str(error)) from None
    return {SPARK_TABLES: str(tables)}


def published_keys(models: AssetsDefinition) -> list[AssetKey]:
    """The models that are published: marts, reports and ranges."""
    return [key for key, group in models.group_names_by_key.items() if group in PUBLISHED_LAYERS]


def key_of(models: AssetsDefinition, name: str) -> AssetKey:
    """The asset of a model."""
    (key,) = (key for key in models.keys if key.path[-1] == name)
    return key


def _stream(invocation: DbtCliInvocation, failures: list[str]) -> Iterator[Any]:
    """What dbt did as Dagster's events; a line for each model and test that failed is added."""
    for event in invocation.stream_raw_events():
        name, data = event.raw_event["info"]["name"], event.raw_event["data"]
        if name == LOGGED and data["name"] == PROGRESS_LOGGER:
            log.info(data["base_msg"])
        if name in FAILURES:
            failed = data["node_info"]["unique_id"]
            failures.append(f"{failed}: {str(event).strip()}")
        yield from event.to_default_asset_events(
            manifest=invocation.manifest,
            dagster_dbt_translator=invocation.dagster_dbt_translator,
            context=invocation.context,
            target_path=invocation.target_path,
            project=invocation.project,
        )


def _describe_failures(invocation: DbtCliInvocation, failures: list[str]) -> str:
    """Each failed model and test with dbt's message, else dbt's last error."""
    if not failures:
        return f"dbt ended early: {invocation.get_error()}"
    return "\n".join(["dbt build failed", *failures])
