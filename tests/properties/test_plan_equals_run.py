"""What a plan says, the run that follows does, after any history of changes and runs."""

import os
import tempfile
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from properties.test_incremental_equals_full import CHANGES
from support.programme import Programme, draw_as_of
from support.replay import DEFAULTS, Replay, forecast_naively, open_warehouse

from orchestration.pull.load_raw import Pull
from orchestration.pull.run_inputs import RunInputs
from orchestration.pull.run_progress import pending_source
from orchestration.quality.delivery_contract import read_breaches
from orchestration.quality.plan import COUNTS, Plan, Pulled, read_plan
from orchestration.workspace.workspace import Workspace

HISTORIES = max(2, int(os.environ.get("LOYALTY_TEST_HISTORIES", "50")) // 25)
HEADLINES = (
    "total_active_clients",
    "total_points_issued",
    "total_points_redeemed",
    "total_points_balance",
    "total_redemptions",
    "total_redemption_value",
)


BEGINNING = (*(Programme.add_transactions,) * 10, *(Programme.add_request,) * 5)
"""So that periods are published, which later changes restate."""
BASES = ("balance", "lifetime")


class Published(NamedTuple):
    """What is published, read row by row."""

    as_of: Any
    quarantined: Counter
    """Rows by all that is known of each."""
    figures: dict[tuple, Any]
    """The headline figures by website, period and name."""
    reported: dict[tuple, Any]
    """The same, as whichever run reported it last."""
    client_days: set[tuple]


@pytest.mark.filterwarnings("ignore")
@settings(
    max_examples=HISTORIES,
    deadline=None,
    phases=[Phase.generate],
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(data=st.data())
def test_a_plan_says_what_the_run_then_does(data: st.DataObject, replay: Replay) -> None:
    with tempfile.TemporaryDirectory() as scratch:
        source, workspace = Path(scratch) / "source", Workspace(Path(scratch) / "workspace")
        source.mkdir()
        programme, inputs = Programme(), replace(DEFAULTS, max_quarantined=0.5)
        for change in BEGINNING:
            change(programme, data.draw)
        for _ in range(3):
            for change in data.draw(st.lists(st.sampled_from(CHANGES), min_size=1, max_size=12)):
                change(programme, data.draw)
            if data.draw(st.booleans()):
                inputs = replace(inputs, as_of=draw_as_of(data.draw))
            if data.draw(st.integers(0, 3)) == 0:  # all is built anew
                inputs = replace(inputs, tier_basis=data.draw(st.sampled_from(BASES)))
            programme.write(source)
            files = contents(workspace.root)
            with workspace.rehearsing() as root:
                copy = Workspace(root)
                planned = read_plan(
                    copy, pulled_by(run(replay, copy, source, inputs)), "succeeds", None
                )
            assert contents(workspace.root) == files
            before = read_published(workspace.marts)
            with workspace.writing("the run"):
                pull = run(replay, workspace, source, inputs)
                if pull.mode != "nothing":
                    publish(workspace)
            check(planned, before, read_published(workspace.marts), pull, workspace)


def run(replay: Replay, workspace: Workspace, source: Path, inputs: RunInputs) -> Pull:
    """What a run does up to the gate."""
    published = workspace.marts if workspace.marts.exists() else None
    files = workspace.warehouse, workspace.next_marts
    with open_warehouse(*files, forecast_naively) as connection:
        return replay.run(connection, source, inputs, published=published, state=workspace.state)


def publish(workspace: Workspace) -> None:
    """What a run does after the gate, but for the export."""
    workspace.publish_marts()
    with workspace.connect() as connection:
        workspace.keep_history(connection)
        workspace.remember_source(*pending_source(connection))


def pulled_by(pull: Pull) -> Pulled:
    """What a pull reports to Dagster."""
    counts = {
        name: {count: getattr(entity, count) for count in COUNTS}
        for name, entity in pull.entities.items()
    }
    return Pulled(pull.mode, pull.reason, None, pull.changes, counts)


def check(
    planned: Plan, before: Published, after: Published, pull: Pull, workspace: Workspace
) -> None:
    """The plan against the run's own word, and against what lies in the published marts."""
    assert (planned.mode, planned.reason, planned.changes) == (pull.mode, pull.reason, pull.changes)
    assert (planned.as_of_before, planned.as_of) == (before.as_of, after.as_of)
    for entity in planned.entities:
        found = pull.entities[entity.entity]
        assert entity.rows == found.rows
        assert [getattr(entity, count) for count in COUNTS] == [
            getattr(found, count) for count in COUNTS
        ]
    assert {
        (each.entity, each.reason): (each.rows, each.new, each.gone) for each in planned.quarantined
    } == counted(before.quarantined, after.quarantined)
    breaches, _ = read_breaches(workspace)
    assert [each.found for each in planned.breaches] == [str(breach) for breach in breaches]
    changed = {
        key: (value, after.figures[key])
        for key, value in before.reported.items()
        if key in after.figures and after.figures[key] != value
    }
    assert {
        (each.website, each.date_from, each.date_to, each.figure): (each.from_value, each.to_value)
        for each in planned.restatements
    } == changed
    if pull.mode == "full":
        assert planned.recomputed_clients == len({client for client, *_ in after.client_days})
        return
    moved = before.client_days ^ after.client_days
    assert planned.recomputed_clients >= len({client for client, *_ in moved})
    assert planned.recomputed_dates >= len({date for _, date, *_ in moved})


def counted(before: Counter, after: Counter) -> dict[tuple, tuple[int, int, int]]:
    """Quarantined rows by entity and reason: now, new, and gone."""
    kinds = {key[:2] for key in (*before, *after)}

    def count(rows: Counter, kind: tuple) -> int:
        return sum(number for key, number in rows.items() if key[:2] == kind)

    kept = after, after - before, before - after
    counts = {kind: tuple(count(rows, kind) for rows in kept) for kind in kinds}
    return {kind: numbers for kind, numbers in counts.items() if any(numbers)}


def read_published(marts: Path) -> Published:
    """What is published; nothing before the first run."""
    if not marts.exists():
        return Published(None, Counter(), {}, {}, set())
    with duckdb.connect() as connection:
        connection.execute(f"attach '{marts}' as published (read_only)")
        connection.execute("use published")

        def rows(query: str) -> list[tuple]:
            return connection.execute(query).fetchall()

        figures = {
            (*record[:3], name): value
            for record in rows(
                f"select website, date_from, date_to, {', '.join(HEADLINES)} from loyalty_analytics"
            )
            for name, value in zip(HEADLINES, record[3:], strict=True)
        }
        reported = {
            tuple(period): value
            for *period, value in rows(
                "select website_id, date_from, date_to, figure, value"
                " from fct_published_figures order by publication"
            )
        }
        return Published(
            rows("select as_of from dim_run")[0][0],
            Counter(rows("select entity, reason, delivered_row from quarantined_rows")),
            figures,
            reported,
            set(rows("select client_id, date, balance, net from fct_client_days")),
        )


def contents(root: Path) -> dict[Path, bytes]:
    """Every file of a workspace."""
    return {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}
