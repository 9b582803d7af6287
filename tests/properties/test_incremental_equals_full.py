"""After any history of changes and runs, marts and export are those of a full refresh."""

import os
import tempfile
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test
from support.commands import Loyalty
from support.programme import START, WEBSITES, Programme, draw_as_of
from support.replay import DEFAULTS, Replay, export_marts, open_warehouse
from support.workspaces import OF_EARLIER_RUNS, read_files

from api_export.payloads.additions import RequestedRange, WidgetEdit
from api_export.payloads.endpoints import BY_WIDGET_TYPE
from api_export.payloads.limits import FIRST_CREATED_ID
from orchestration.pull.run_inputs import RunInputs
from orchestration.pull.sync import Lookback

RUNS = int(os.environ.get("LOYALTY_TEST_RUNS", "1"))
HISTORIES = int(os.environ.get("LOYALTY_TEST_HISTORIES", "50"))
IS_SHRINKING = "LOYALTY_TEST_SHRINK" in os.environ
"""Shrinking a failed history takes minutes: ask for it when there is one to look into."""
CHANGES = (
    Programme.add_transactions,
    Programme.add_transactions,
    Programme.add_request,
    Programme.add_conversion,
    Programme.add_orders,
    Programme.edit_event,
    Programme.edit_event,
    Programme.swap_points,
    Programme.delete_event,
    Programme.deliver_twice,
    Programme.touch_client,
    Programme.touch_website,
    Programme.touch_catalogue,
    Programme.touch_campaign,
    Programme.touch_members,
    Programme.touch_members,
    Programme.touch_deliveries,
)
UNPUBLISHED = (
    "int_campaigns_validated",
    "int_campaign_members_validated",
    "int_campaign_points",
    "int_campaign_orders",
    "int_client_totals",
    "int_client_tier_changes",
    "int_tier_changes",
    "int_tier_moves",
    "int_cohort_months",
    "int_client_months",
)
"""Models of which no mart tells each row."""

widget_edits = st.builds(
    WidgetEdit,
    website_id=st.sampled_from(WEBSITES),
    widget_id=st.sampled_from([1, 2, FIRST_CREATED_ID, FIRST_CREATED_ID + 1]),
    is_deleted=st.booleans(),
    widget_type=st.sampled_from(sorted(BY_WIDGET_TYPE)),
    title=st.sampled_from(["Ours", "</script>"]),
    position=st.integers(-1, 3),
    is_visible=st.booleans(),
    config=st.sampled_from(
        [
            "{}",
            '{"days": 12, "limit": 2}',
            '{"days": "soon"}',
            '{"date_from": "2024-03-05", "date_to": "2024-03-20"}',
            '{"date_to": "2024-04-10", "days": 9}',
            '{"date_from": "2024-03-30"}',
        ]
    ),
    created_at=st.just("2024-04-01T00:00:00Z"),
)


class Histories(RuleBasedStateMachine):
    """Batches of changes, and runs in between.

    After each the marts are compared with those of a full refresh. At the end a last run stores
    what was asked for since, and the export's bytes are compared too.
    """

    replay: Replay

    def __init__(self) -> None:
        """A new programme, and an empty warehouse."""
        super().__init__()
        self.programme = Programme()
        self.inputs = DEFAULTS
        self.stack = ExitStack()
        self.source = Path(self.stack.enter_context(tempfile.TemporaryDirectory()))
        self.warehouse = self.stack.enter_context(open_warehouse(":memory:", ":memory:"))
        self.fresh: duckdb.DuckDBPyConnection | None = None
        self.compared: RunInputs | None = None

    def teardown(self) -> None:
        """Run for what was asked for since, compare the exports, and close the warehouse."""
        with self.stack:
            if self.compared is None:
                return  # nothing ran, or something failed
            if self.inputs != self.compared:
                self._run(None)
                self._compare()
            assert exported(self.warehouse) == exported(self.fresh)

    @rule(data=st.data(), changes=st.lists(st.sampled_from(CHANGES), min_size=1, max_size=6))
    def batch_and_run(self, data: st.DataObject, changes: list) -> None:
        """Changes, then a run over all history."""
        for change in changes:
            change(self.programme, data.draw)
        self._run(None)
        self._compare()

    @rule(data=st.data())
    def look_back_then_all(self, data: st.DataObject) -> None:
        """Changes, a run that looks back some days, then one over all history."""
        for change in data.draw(st.lists(st.sampled_from(CHANGES), min_size=1, max_size=4)):
            change(self.programme, data.draw)
        last = START + timedelta(days=data.draw(st.integers(10, 80)))
        self._run(Lookback(last - timedelta(days=data.draw(st.integers(1, 30))), last))
        self._run(None)
        self._compare()

    @rule(data=st.data())
    def other_as_of(self, data: st.DataObject) -> None:
        """The same rows, counted up to another date."""
        self.inputs = replace(self.inputs, as_of=draw_as_of(data.draw))
        self._run(None)
        self._compare()

    @rule(website=st.integers(1, 3), first=st.integers(0, 70), length=st.integers(1, 20))
    def ask_for_a_range(self, website: int, first: int, length: int) -> None:
        """A range is asked for; the next run stores it."""
        start = START.date() + timedelta(days=first)
        requested = RequestedRange(website, start, start + timedelta(days=length - 1))
        self.inputs = replace(
            self.inputs, requested_ranges=tuple(sorted({*self.inputs.requested_ranges, requested}))
        )

    @rule(edits=st.lists(widget_edits, max_size=3, unique_by=lambda edit: edit[:2]))
    def edit_widgets(self, edits: list[WidgetEdit]) -> None:
        """Widgets are made, changed and deleted; the next run lays that over the source's."""
        self.inputs = replace(self.inputs, widget_edits=tuple(sorted(edits, key=lambda e: e[:2])))

    def _run(self, lookback: Lookback | None) -> None:
        self.compared = None
        self.programme.write(self.source)
        self.replay.run(self.warehouse, self.source, self.inputs, lookback)

    def _compare(self) -> None:
        if self.fresh:
            self.fresh.close()
        self.fresh = self.stack.enter_context(open_warehouse(":memory:", ":memory:"))
        self.replay.run(self.fresh, self.source, self.inputs)
        inner = [f"warehouse.intermediate.{name}" for name in UNPUBLISHED]
        for name in (*mart_names(self.fresh), *inner):
            assert mart_rows(self.warehouse, name) == mart_rows(self.fresh, name), name
        self.compared = self.inputs


def exported(warehouse: duckdb.DuckDBPyConnection) -> dict[str, bytes]:
    """Every file of the export of a warehouse's marts."""
    with tempfile.TemporaryDirectory() as scratch:
        return read_files(export_marts(warehouse, Path(scratch)).version)


def mart_names(connection: duckdb.DuckDBPyConnection) -> list[str]:
    return [
        name
        for (name,) in connection.execute(
            "select 'marts.' || schema_name || '.' || table_name from duckdb_tables()"
            " where database_name = 'marts' and not list_contains($told, table_name) order by all",
            {"told": OF_EARLIER_RUNS},
        ).fetchall()
    ]


def mart_rows(connection: duckdb.DuckDBPyConnection, name: str) -> list[tuple]:
    """A digest of a mart's rows, whatever their order; the rows themselves where they are few."""
    rows = connection.table(name)
    (count,) = rows.count("*").fetchone()
    if count <= 500:
        return connection.execute(f"from {name} order by all").fetchall()
    columns = ", ".join(f'"{column}"' for column in rows.columns)
    return connection.execute(
        f"select count(*), bit_xor(hash({columns})), sum(hash({columns})::hugeint) from {name}"
    ).fetchall()


@pytest.mark.filterwarnings("ignore")
def test_incremental_equals_full(replay: Replay) -> None:
    Histories.replay = replay
    run_state_machine_as_test(
        Histories,
        settings=settings(
            max_examples=HISTORIES,
            stateful_step_count=4,
            deadline=None,
            phases=[phase for phase in Phase if phase is not Phase.shrink or IS_SHRINKING],
            suppress_health_check=list(HealthCheck),
        ),
    )


@settings(max_examples=RUNS, deadline=None, phases=[Phase.generate], database=None)
@given(data=st.data())
def test_histories_through_loyalty_run(
    data: st.DataObject, replay: Replay, loyalty: Loyalty
) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        source, workspace = Path(scratch) / "source", Path(scratch) / "workspace"
        source.mkdir()
        programme = Programme()
        for _ in range(2):
            for change in data.draw(st.lists(st.sampled_from(CHANGES), min_size=5, max_size=15)):
                change(programme, data.draw)
            programme.write(source)
            told = ("--workspace", workspace, "--source", f"files:{source}")
            done = loyalty("run", *told, "--accept-quarantine")
            assert done.returncode == 0, done.stdout + done.stderr
        with open_warehouse(":memory:", ":memory:") as fresh:
            replay.run(fresh, source, replace(DEFAULTS, accepts_quarantine=True))
            fresh.execute(f"attach '{workspace / 'marts.duckdb'}' as run (read_only)")
            for name in mart_names(fresh):
                assert mart_rows(fresh, name.replace("marts.", "run.", 1)) == mart_rows(
                    fresh, name
                ), name
            assert read_files(workspace / "export" / "current") == exported(fresh)
