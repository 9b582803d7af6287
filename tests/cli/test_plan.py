"""`loyalty plan` as a user calls it: it says what the next run does, and leaves no trace."""

import json
import os
import re
import shutil
import signal
import subprocess
from pathlib import Path
from typing import Any

import duckdb
import pytest
from support.commands import LOYALTY, Loyalty, call, clean_environment
from support.handmade import clients, ledger, write_source
from support.replay import PROJECT
from support.sharing import Sharing
from support.webhooks import Webhook

from orchestration.pull.load_raw import NOTHING_CHANGED
from orchestration.workspace.workspace import Workspace

EVENTS = (
    (1, "add", 100, "2024-01-05"),
    (1, "redeem", -20, "2024-01-20"),
    (2, "add", 50, "2024-02-03"),
    (2, "add", 7, "2024-02-04"),
)


@pytest.fixture(scope="module")
def small(sharing: Sharing) -> Path:
    """A source of a few rows, and a workspace that was run from it."""
    return sharing.folder("small", run_once)


@pytest.fixture
def programme(small: Path, tmp_path: Path) -> Path:
    """A copy of both, to be changed; the source's other place makes each run a full one."""
    folder = shutil.copytree(small, tmp_path / "programme", symlinks=True)
    known = folder / "workspace/state/source.json"
    known.write_text(json.dumps({"version": 1, "source": f"files:{folder / 'source'}"}))
    return folder


def run_once(folder: Path) -> None:
    """Write a source of a few rows into a folder, and run a workspace from it."""
    source = folder / "source"
    source.mkdir(parents=True)
    write_source(source, clients=clients(1, 2), loyalty_transactions=ledger(*EVENTS))
    done = call("run", *told(folder))
    assert done.returncode == 0, done.stderr


def told(folder: Path) -> tuple[object, ...]:
    """The options that name a folder's source and workspace."""
    return ("--workspace", folder / "workspace", "--source", f"files:{folder / 'source'}")


def contents(root: Path) -> dict[str, bytes | None]:
    """All that lies in a workspace, with the time of each file and link."""
    return {
        f"{path.relative_to(root)} {path.lstat().st_mtime_ns}": path.read_bytes()
        for path in root.rglob("*")
        if path.is_file()
    }


def planned(done: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """What `plan --json` says."""
    return json.loads(done.stdout)


def test_a_plan_says_what_the_next_run_does_and_leaves_no_trace(
    tmp_path: Path, loyalty: Loyalty, webhook: Webhook
) -> None:
    programme, workspace = tmp_path, tmp_path / "workspace"
    run_once(programme)
    before = contents(workspace)

    plan = planned(loyalty("plan", "--json", *told(programme)))

    assert contents(workspace) == before
    done = (plan["mode"], plan["reason"], plan["outcome"])
    assert done == ("nothing", NOTHING_CHANGED, "succeeds")
    assert plan["as_of"] == plan["as_of_before"] == "2024-02-04"
    assert plan["restatements"] == plan["quarantined"] == plan["changes"] == []
    assert plan["recomputed_dates"] == plan["recomputed_clients"] == 0

    changed = ((1, "add", 90, "2024-01-05"), *EVENTS[1:3], (9, "add", 7, "2024-02-04"))
    more = ((2, "redeem", -5, "2024-02-05"), (3, "add", 1, "2024-02-05"))
    rows = [row for row in ledger(*changed, *more) if row["id"] != 2]
    write_source(programme / "source", clients=clients(1, 2, 3), loyalty_transactions=rows)
    options = (*told(programme), "--as-of", "2024-02-03")
    settings = {"LOYALTY_WINDOW_DAYS": "7,30", "LOYALTY_WEBHOOK_URL": webhook.url}

    done = loyalty("plan", "--json", *options, **settings)

    assert done.returncode == 0, done.stderr
    assert contents(workspace) == before
    assert not list(workspace.glob(".rehearsal-*"))
    assert "dbt build" in done.stderr
    plan = planned(done)
    assert plan["outcome"] == "succeeds" and plan["error"] is None
    assert (plan["as_of_before"], plan["as_of"]) == ("2024-02-04", "2024-02-03")
    assert plan["mode"] == "incremental"
    assert plan["changes"] == [
        {"name": "clients", "before": None, "after": None},
        {"name": "loyalty_transactions", "before": None, "after": None},
        {"name": "LOYALTY_AS_OF", "before": None, "after": "2024-02-03"},
        {"name": "LOYALTY_WINDOW_DAYS", "before": "7,30,90,365", "after": "7,30"},
    ]
    entities = {entity.pop("entity"): entity for entity in plan["entities"]}
    counts = {"rows_before": 4, "rows": 5, "added": 2, "changed": 2, "removed": 1}
    assert entities["loyalty_transactions"] == counts
    assert entities["clients"]["added"] == 1
    quarantined = {"entity": "loyalty_transactions", "reason": "unknown_client"}
    assert plan["quarantined"] == [quarantined | {"rows": 1, "new": 1, "gone": 0}]
    assert plan["recomputed_clients"] == 3

    ran = loyalty("run", *options, **settings)

    assert ran.returncode == 0, ran.stderr
    assert f"incremental: {plan['reason']}" in ran.stdout
    assert "loyalty_transactions: 5 rows, 2 added, 2 changed, 1 removed" in ran.stdout
    with duckdb.connect(str(workspace / "marts.duckdb"), read_only=True) as marts:
        restated = marts.execute(
            "select website_id, cast(date_from as varchar), cast(date_to as varchar), figure,"
            " cast(from_value as double), cast(to_value as double)"
            " from fct_restatements order by all"
        ).fetchall()
    assert [tuple(figure.values()) for figure in plan["restatements"]] == restated != []
    assert webhook.told == []


def test_a_refused_delivery_is_told_and_alerts_nobody(
    programme: Path, loyalty: Loyalty, webhook: Webhook
) -> None:
    write_source(programme / "source", clients=clients(1), loyalty_transactions=ledger(*EVENTS))
    before = contents(programme / "workspace")
    settings = {"LOYALTY_MAX_QUARANTINED": "0.1", "LOYALTY_WEBHOOK_URL": webhook.url}

    done = loyalty("plan", *told(programme), **settings)

    assert done.returncode == 1
    assert contents(programme / "workspace") == before
    assert webhook.told == []
    assert "a run would be refused" in done.stdout
    assert re.search(r"the delivery is refused: loyalty_transactions: 2 of 4 rows", done.stderr)
    assert "--accept-quarantine" in done.stderr


def test_a_run_that_would_fail_is_told_with_its_reason(programme: Path, loyalty: Loyalty) -> None:
    damaged = programme / "workspace/state/published_figures.parquet"
    damaged.write_bytes(b"rotten")
    done = loyalty("plan", "--json", *told(programme))
    assert done.returncode == 1
    plan = planned(done)
    assert (plan["outcome"], plan["mode"], plan["as_of"]) == ("fails", None, None)
    assert plan["as_of_before"] == "2024-02-04" and plan["quarantined"] is None
    assert plan["error"].startswith(f"{damaged} is damaged")
    assert done.stderr.splitlines()[-1] == f"loyalty: {plan['error']}"


def test_a_plan_of_a_first_run_makes_no_workspace(
    small: Path, tmp_path: Path, loyalty: Loyalty
) -> None:
    source = f"files:{small / 'source'}"
    done = loyalty("plan", "--json", "--workspace", tmp_path / "a/new", "--source", source)
    assert done.returncode == 0, done.stderr
    assert list(tmp_path.iterdir()) == []
    plan = planned(done)
    assert (plan["mode"], plan["reason"]) == ("full", "the workspace is new")
    assert (plan["as_of_before"], plan["as_of"]) == (None, "2024-02-04")
    assert plan["recomputed_clients"] == 2 and plan["restatements"] == []


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--source", "files:/nowhere"), "/nowhere"),
        (("--as-of", "1969-12-31"), "LOYALTY_AS_OF"),
    ],
)
def test_wrong_usage_is_refused_and_makes_nothing(
    tmp_path: Path, loyalty: Loyalty, arguments: tuple, told: str
) -> None:
    done = loyalty("plan", "--workspace", tmp_path / "new", *arguments)
    assert done.returncode == 2
    assert told in done.stderr and len(done.stderr.strip().splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_source_that_the_pull_refuses_makes_nothing(
    small: Path, tmp_path: Path, loyalty: Loyalty
) -> None:
    source = shutil.copytree(small / "source", tmp_path / "source")
    (source / "websites.jsonl").write_text('{"id": 1, "name": "Shop", "timezone": "No/Where"}\n')
    done = loyalty("plan", "--workspace", tmp_path / "new", "--source", f"files:{source}")
    assert done.returncode == 2
    assert "unknown timezone 'No/Where'" in done.stderr
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_plan_that_ends_in_the_middle_leaves_the_workspace_as_it_was(
    programme: Path, number: signal.Signals
) -> None:
    workspace = Workspace(programme / "workspace")
    before = contents(workspace.root)
    with subprocess.Popen(
        [LOYALTY, "plan", "--full-refresh", *map(str, told(programme))],
        cwd=PROJECT,
        env=clean_environment(),
        start_new_session=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if "dbt build" in line:
                break
        os.kill(process.pid, number)
        process.communicate()
    assert process.returncode in (-number, 128 + number)
    if number == signal.SIGKILL:
        with workspace.writing("the next one"):  # as each run begins
            pass
    assert not list(workspace.root.glob(".rehearsal-*"))
    assert contents(workspace.root) == before
