"""Models: dbt builds staging, intermediate, marts and reports, and tests each as it goes."""

import logging
from collections.abc import Iterator, Mapping
from typing import Any

from dagster import (
    AssetExecutionContext,
    AssetKey,
    AssetsDefinition,
    Failure,
)
from dagster_dbt import (
    DagsterDbtTranslator,
    DbtCliInvocation,
    DbtCliResource,
    DbtProject,
    dbt_assets,
)

from orchestration.raw import is_full_build
from orchestration.resources import WarehouseResource

log = logging.getLogger(__name__)

BUILD = ("build", "--exclude-resource-type", "unit_test")
"""Unit tests prove the code, not the data: `make test` runs them."""
FULL_REFRESH = "--full-refresh"
PUBLISHED_LAYERS = ("marts", "reports")
PROGRESS_EVERY = 50


class LayerTranslator(DagsterDbtTranslator):
    """Groups each model by its layer, the folder it lies in."""

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        """The layer: staging, intermediate, marts or reports; a seed belongs to staging."""
        if dbt_resource_props["resource_type"] == "seed":
            return "staging"
        return dbt_resource_props["fqn"][1]


def build_models(project: DbtProject) -> AssetsDefinition:
    """The dbt assets, their data tests as asset checks."""

    @dbt_assets(manifest=project.manifest_path, dagster_dbt_translator=LayerTranslator())
    def models(
        context: AssetExecutionContext, warehouse: WarehouseResource, dbt: DbtCliResource
    ) -> Iterator[Any]:
        with warehouse.connect() as connection:
            is_full = is_full_build(connection)
        if is_full:
            warehouse.workspace.next_marts.unlink(missing_ok=True)
        log.info("dbt build")
        invocation = dbt.cli(
            [*BUILD, *([FULL_REFRESH] if is_full else [])],
            context=context,
            target_path=warehouse.workspace.dbt_target,
            raise_on_error=False,
        )
        for done, event in enumerate(invocation.stream(), start=1):
            yield event
            if done % PROGRESS_EVERY == 0:
                log.info("%d models and tests done", done)
        if not invocation.is_successful():
            raise Failure(_describe_failures(invocation))

    return models


def published_keys(models: AssetsDefinition) -> list[AssetKey]:
    """The models that are published: marts and reports."""
    return [key for key, group in models.group_names_by_key.items() if group in PUBLISHED_LAYERS]


def _describe_failures(invocation: DbtCliInvocation) -> str:
    """Each failed model and test with dbt's message."""
    try:
        results = invocation.get_artifact("run_results.json")["results"]
    except OSError:
        return f"dbt could not start: {invocation.get_error()}"
    failed = [result for result in results if result["status"] in ("error", "fail")]
    lines = [f"{result['unique_id']}: {result['message']}" for result in failed]
    return "\n".join(["dbt build failed", *lines])
