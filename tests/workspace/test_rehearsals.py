"""A rehearsal works on a copy: the workspace stays as it is, and nothing of it is left."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from support.commands import hold
from support.replay import PROJECT

from orchestration.errors import BusyError, UnwritableError
from orchestration.workspace.lock import holding
from orchestration.workspace.rehearsals import PREFIX, rehearsal_folder
from orchestration.workspace.workspace import Workspace

REHEARSE = """
import sys, time
from pathlib import Path
from orchestration.workspace.workspace import Workspace

with Workspace(Path(sys.argv[1])).rehearsing() as root:
    print(root, flush=True)
    time.sleep(600)
"""


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A workspace with a file of each kind, and what a killed writer left."""
    workspace = Workspace(tmp_path / "workspace")
    with workspace.writing("a run"):
        pass
    for path, text in {
        "warehouse.duckdb": "warehouse",
        "warehouse.duckdb.wal": "its log",
        "marts_next.duckdb": "built",
        "marts.duckdb": "published",
        "dbt/partial_parse.msgpack": "parsed",
        "dbt/compiled/a.sql": "compiled",
        "state/source.json": "[",
        "state/.source.json": "half-written",
        "state/before-0-source.json": "of before",
        "export/versions/1/manifest.json": "{}",
        "export/versions/1/1/index.json": "[]",
        "export/versions/0/manifest.json": "older",
        "dagster/runs.db": "records",
        "scratch/spilled": "of a killed run",
        ".lock-holder": "a killed run",
    }.items():
        (workspace.root / path).parent.mkdir(parents=True, exist_ok=True)
        (workspace.root / path).write_text(text)
    workspace.current_export.symlink_to("versions/1")
    return workspace


def contents(root: Path) -> dict[str, bytes | None]:
    """What lies in a folder, but for who holds it just now."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes() if path.is_file() else None
        for path in root.rglob("*")
        if path.name != ".lock-holder"
    }


def test_all_that_a_run_goes_by_is_copied(workspace: Workspace) -> None:
    with workspace.rehearsing() as root:
        copy = contents(root)
        assert (root / "export/current").resolve() == root / "export/versions/1"
    assert {path for path, content in copy.items() if content is not None} == {
        ".lock",
        "warehouse.duckdb",
        "warehouse.duckdb.wal",
        "marts_next.duckdb",
        "marts.duckdb",
        "dbt/partial_parse.msgpack",
        "state/source.json",
        "export/versions/1/manifest.json",
        "export/versions/1/1/index.json",
    }
    assert copy["state/source.json"] == b"of before"  # what was not exported is undone there


def test_the_workspace_stays_as_it_is_whatever_is_written_to_the_copy(workspace: Workspace) -> None:
    before = contents(workspace.root)
    with workspace.rehearsing() as root:
        copy = Workspace(root)
        with copy.writing("a rehearsed run"):
            for path in (
                copy.warehouse,
                copy.next_marts,
                copy.dbt_target / "partial_parse.msgpack",
            ):
                path.write_text("of the rehearsal")
            (copy.state / "source.json").unlink()
            (copy.current_export / "manifest.json").unlink()
            copy.marts.unlink()
    assert contents(workspace.root) == before


def test_others_write_while_a_rehearsal_is_on_and_leave_it_alone(workspace: Workspace) -> None:
    with workspace.rehearsing() as root:
        holder = hold(workspace.root, 0)
        assert holder.wait() == 0
        assert (root / "warehouse.duckdb").exists()


def test_a_rehearsal_waits_for_a_writer(workspace: Workspace) -> None:
    holder = hold(workspace.root, 60)
    try:
        with pytest.raises(BusyError, match="the other one"), workspace.rehearsing():
            pass
    finally:
        holder.kill()
        holder.communicate()
    assert not list(workspace.root.glob(f"{PREFIX}*"))


def test_a_killed_rehearsal_is_removed_by_the_next_writer(workspace: Workspace) -> None:
    command = [sys.executable, "-c", REHEARSE, str(workspace.root)]
    with subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        left = Path(process.stdout.readline().strip())
        process.send_signal(signal.SIGKILL)
    assert (left / "warehouse.duckdb").exists()
    with workspace.writing("the next one"):
        assert not left.exists()


@pytest.mark.parametrize("name", ["rehearsal-december", f"{PREFIX}notes"])
def test_no_folder_but_a_killed_rehearsal_is_removed(workspace: Workspace, name: str) -> None:
    theirs = workspace.root / name
    theirs.mkdir()
    (theirs / "notes.txt").write_text("ours to keep")
    if name == "rehearsal-december":  # a workspace that somebody copied here
        (theirs / ".lock").write_text("")
    before = contents(theirs)
    with workspace.rehearsing():
        pass
    with workspace.writing("a run"):
        pass
    assert contents(theirs) == before


def test_rehearsals_are_removed_by_nobody_who_does_not_hold_the_workspace(tmp_path: Path) -> None:
    left = tmp_path / f"{PREFIX}0123abcd"
    left.mkdir()
    (left / ".lock").write_text("")
    with Workspace(tmp_path).rehearsing():  # nobody has written there: there is nothing to hold
        assert left.exists()
    with Workspace(tmp_path).writing("a run"):
        assert not left.exists()


def test_a_rehearsal_that_is_just_being_made_is_left_alone(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def holding_late(folder: Path, task: str, wait_seconds: float) -> Iterator[bool]:
        if task == "loyalty plan":
            with workspace.writing("a run that begins just now"):
                pass
            assert folder.exists()
        with holding(folder, task, wait_seconds) as was_free:
            yield was_free

    monkeypatch.setattr("orchestration.workspace.rehearsals.holding", holding_late)
    with rehearsal_folder(workspace.root):
        pass


def test_where_nobody_has_written_nothing_is_left(tmp_path: Path) -> None:
    root = tmp_path / "some" / "workspace"
    with Workspace(root).rehearsing() as copy:
        assert copy.parent == root
    assert list(tmp_path.iterdir()) == []
    root.mkdir(parents=True)
    (root / "state").mkdir()
    with Workspace(root).rehearsing():
        pass
    assert contents(root) == {"state": None}


def test_a_file_in_the_place_of_the_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    workspace = Workspace(tmp_path / "file" / "workspace")
    told = "file/workspace can't be written"
    with pytest.raises(UnwritableError, match=told), workspace.rehearsing():
        pass
