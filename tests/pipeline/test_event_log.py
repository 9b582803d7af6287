"""Dagster's event log, kept open by a run: others read and follow it as they do Dagster's own."""

from pathlib import Path
from queue import Queue

from dagster import (
    AssetCheckResult,
    AssetKey,
    DagsterInstance,
    EventLogEntry,
    MaterializeResult,
    asset,
    asset_check,
    materialize,
)

from orchestration.pipeline.event_log import OpenEventLogStorage, open_instance

FIGURES = AssetKey("figures")


@asset
def figures() -> MaterializeResult:
    return MaterializeResult(metadata={"rows": 3}, tags={"source": "demo"})


@asset_check(asset=figures)
def add_up() -> AssetCheckResult:
    return AssetCheckResult(passed=False, metadata={"missing": 1})


def test_what_a_run_stores_others_have_at_once(tmp_path: Path) -> None:
    with (
        open_instance(str(tmp_path)) as writing,
        DagsterInstance.local_temp(str(tmp_path)) as reading,
    ):
        assert isinstance(writing.event_log_storage, OpenEventLogStorage)
        assert not isinstance(reading.event_log_storage, OpenEventLogStorage)
        for _ in range(2):
            run_id = materialize([figures, add_up], instance=writing).run_id
            assert reading.all_logs(run_id) == writing.all_logs(run_id) != []
            assert reading.get_run_by_id(run_id).is_success
            materialized = reading.get_latest_materialization_event(FIGURES)
            assert materialized.run_id == run_id
            assert materialized.asset_materialization.metadata["rows"].value == 3
            (check,) = reading.event_log_storage.get_asset_check_execution_history(
                add_up.check_key, limit=1
            )
            assert (check.run_id, check.status.value) == (run_id, "FAILED")


def test_a_run_can_be_followed_while_it_is_written(tmp_path: Path) -> None:
    with (
        open_instance(str(tmp_path)) as writing,
        DagsterInstance.local_temp(str(tmp_path)) as reading,
    ):
        run_id = materialize([figures], instance=writing).run_id
        heard: Queue[EventLogEntry] = Queue()
        seen = reading.event_log_storage.get_records_for_run(run_id).cursor
        reading.watch_event_logs(run_id, seen, lambda entry, _: heard.put(entry))
        run = writing.get_run_by_id(run_id)
        writing.report_engine_event("one more", run)
        assert heard.get(timeout=60).message.endswith("one more")


def test_another_storage_stays_as_it_is_configured(tmp_path: Path) -> None:
    (tmp_path / "dagster.yaml").write_text(
        "event_log_storage:\n"
        "  module: dagster._core.storage.event_log\n"
        "  class: ConsolidatedSqliteEventLogStorage\n"
        f"  config: {{base_dir: {tmp_path}}}\n"
    )
    with open_instance(str(tmp_path)) as instance:
        assert type(instance.event_log_storage).__name__ == "ConsolidatedSqliteEventLogStorage"
