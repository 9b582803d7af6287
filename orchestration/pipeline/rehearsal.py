"""A rehearsal of a run: the same code on a copy of the workspace, up to what would be published.

Dagster keeps its records in memory, alerts have no address, and nothing is published or exported.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from dagster import AssetKey, DagsterEventType, DagsterInstance

from orchestration.deployment import Deployment
from orchestration.errors import DeliveryError, LoyaltyError, UsageError
from orchestration.pipeline.code_location import build_defs
from orchestration.pipeline.jobs import lookback_end, refresh_config
from orchestration.pipeline.run import QUIET, user_error
from orchestration.pull.changes import Change
from orchestration.pull.load_raw import NOTHING_CHANGED
from orchestration.pull.sync import Lookback
from orchestration.quality.plan import COUNTS, Outcome, Plan, Pulled, read_plan
from orchestration.sources.contract import ENTITIES
from orchestration.transform.spark.lakehouse import check_lakehouse

PUBLISHED = {AssetKey("marts_duckdb"), AssetKey("export")}
"""The assets that a rehearsal stops before."""


def rehearse(deployment: Deployment, *, is_full_refresh: bool, looks_back: bool = False) -> Plan:
    """What a run would do, found out in a copy of its workspace, which is removed in the end.

    Raises the user's error where a run would end with exit code 2.
    """
    settings = deployment.settings
    with (
        deployment.workspace.rehearsing(settings.wait_seconds) as root,
        _lakehouse_of(deployment, root) as lakehouse,
    ):
        changed = {"workspace": root, "webhook_url": None, "lakehouse": lakehouse}
        copy = Deployment(settings.model_copy(update=changed))
        until = lookback_end(settings.as_of) if looks_back else None
        lookback = until and Lookback(until - timedelta(days=settings.lookback_days), until)
        config = refresh_config(settings.as_of, full_refresh=is_full_refresh, lookback_until=until)
        with DagsterInstance.ephemeral() as instance:
            error = _run(copy, config, instance)
            pulled = _read_pull(instance, lookback)
        if error is not None:
            error.args = (str(error).replace(str(root), str(deployment.workspace.root)),)
            if error.exit_code == UsageError.exit_code:
                raise error
        return read_plan(copy.workspace, pulled, _outcome(error), error and str(error))


@contextmanager
def _lakehouse_of(deployment: Deployment, root: Path) -> Iterator[Path | None]:
    """A folder in the workspace's lakehouse, where it has one elsewhere; removed in the end."""
    shared = deployment.settings.lakehouse
    if deployment.settings.engine != "spark" or shared is None:
        yield None
        return
    check_lakehouse(shared, deployment.workspace.root)
    try:
        yield shared / root.name
    finally:
        shutil.rmtree(shared / root.name, ignore_errors=True)


def _run(
    copy: Deployment, config: dict[str, Any], instance: DagsterInstance
) -> LoyaltyError | None:
    """Run the job without what publishes; the user's error where it fails."""
    try:
        job = build_defs(copy).resolve_job_def("refresh")
        keys = sorted({*job.asset_layer.executable_asset_keys} - PUBLISHED)
        job.execute_in_process(
            run_config=config | QUIET,
            instance=instance,
            asset_selection=keys,
        )
    except Exception as error:
        return user_error(error, copy.workspace)
    return None


def _outcome(error: LoyaltyError | None) -> Outcome:
    if error is None:
        return "succeeds"
    return "refused" if isinstance(error, DeliveryError) else "fails"


def _read_pull(instance: DagsterInstance, lookback: Lookback | None) -> Pulled | None:
    """What the pull reported; null where it didn't come to its end."""
    kinds = {DagsterEventType.ASSET_MATERIALIZATION, DagsterEventType.STEP_SUCCESS}
    events = [
        record.event_log_entry.dagster_event
        for run in instance.get_runs()
        for record in instance.get_records_for_run(run.run_id, of_type=kinds).records
    ]
    if not any(event.is_step_success and event.step_key == "pull" for event in events):
        return None
    reported = {
        event.asset_key.to_user_string(): event.step_materialization_data.materialization.metadata
        for event in events
        if event.is_step_materialization
    }
    entities = {
        entity.name: reported[key]
        for entity in ENTITIES
        if (key := f"loyalty/{entity.name}") in reported
    }
    if not entities:
        return Pulled("nothing", NOTHING_CHANGED, lookback, exports_again="export" in reported)
    first = next(iter(entities.values()))
    mode = first["mode"].value
    return Pulled(
        mode,
        first["reason"].value,
        None if mode == "full" else lookback,
        tuple(Change(**change) for change in first["changes"].value),
        {
            name: {count: metadata[count].value for count in COUNTS}
            for name, metadata in entities.items()
        },
    )
