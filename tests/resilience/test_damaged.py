"""Damaged working files: noticed, set aside, told and rebuilt; what the source lacks stays."""

import os
import shutil
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from support.faulty import FaultyRun, run
from support.replay import Replay
from support.workspaces import assert_old_or_new, run_well

from orchestration.workspace.database_files import wal_of
from orchestration.workspace.workspace import Workspace


def empty(path: Path) -> None:
    path.write_bytes(b"")


def truncate(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def overwrite(path: Path) -> None:
    path.write_bytes(b"These are no tables." * 5_000)


def come_from_elsewhere(path: Path) -> None:
    """Another version of the file format, as far as the header says."""
    with path.open("r+b") as file:
        file.seek(12)
        file.write((9_999).to_bytes(8, "little"))


def rot(path: Path) -> None:
    """A byte of every block is another."""
    with path.open("r+b") as file:
        for place in range(20_000, path.stat().st_size, 262_144):
            file.seek(place)
            (byte,) = file.read(1)
            file.seek(place)
            file.write(bytes([byte ^ 0xFF]))


@pytest.mark.parametrize("name", ["warehouse", "next_marts"])
@pytest.mark.parametrize("damage", [empty, truncate, overwrite, come_from_elsewhere, rot])
def test_a_damaged_file_is_set_aside_and_rebuilt(
    damage: Callable[[Path], None],
    name: str,
    old: Path,
    new: Path,
    later_source: Path,
    replay: Replay,
    tmp_path: Path,
) -> None:
    workspace = Workspace(shutil.copytree(old, tmp_path / "workspace", symlinks=True))
    damaged: Path = getattr(workspace, name)
    damage(damaged)

    exit_code, _ = run(FaultyRun(replay, workspace.root, later_source))
    if exit_code != 0:  # the models ran into it: the next run builds all anew
        assert_old_or_new(workspace.root, old, old)
        run_well(FaultyRun(replay, workspace.root, later_source))

    assert_old_or_new(workspace.root, new, new)
    before, after = (root / "state" / "published_figures.parquet" for root in (old, workspace.root))
    assert duckdb.sql(f"from '{before}'").fetchall()
    assert duckdb.sql(f"from '{before}' except all from '{after}'").fetchall() == []


@pytest.mark.parametrize("name", ["warehouse", "next_marts"])
def test_a_lost_file_is_rebuilt(
    name: str, old: Path, new: Path, later_source: Path, replay: Replay, tmp_path: Path
) -> None:
    workspace = Workspace(shutil.copytree(old, tmp_path / "workspace", symlinks=True))
    getattr(workspace, name).unlink()
    run_well(FaultyRun(replay, workspace.root, later_source))
    assert_old_or_new(workspace.root, new, new)


def test_a_garbled_log_beside_a_file_does_no_harm(
    old: Path, new: Path, later_source: Path, replay: Replay, tmp_path: Path
) -> None:
    workspace = Workspace(shutil.copytree(old, tmp_path / "workspace", symlinks=True))
    for path in (workspace.warehouse, workspace.next_marts, workspace.marts):
        wal_of(path).write_bytes(b"no log" * 500)
    run_well(FaultyRun(replay, workspace.root, later_source))
    assert_old_or_new(workspace.root, new, new)
    assert not wal_of(workspace.marts).exists()


def test_the_log_of_another_database_never_reaches_the_published_marts(
    old: Path, later_source: Path, replay: Replay, tmp_path: Path, new: Path
) -> None:
    workspace = Workspace(shutil.copytree(old, tmp_path / "workspace", symlinks=True))
    foreign = tmp_path / "foreign.duckdb"
    with duckdb.connect(str(foreign)) as connection:
        connection.execute("set checkpoint_threshold = '1 GB'")
        connection.execute("create table dim_websites as select 'planted' as name")
        shutil.copy(wal_of(foreign), wal_of(workspace.marts))
    run_well(FaultyRun(replay, workspace.root, later_source))
    assert_old_or_new(workspace.root, new, new)


def test_what_is_set_aside_says_why_and_is_removed_in_time(old: Path, tmp_path: Path) -> None:
    workspace = Workspace(shutil.copytree(old, tmp_path / "workspace", symlinks=True))
    truncate(workspace.warehouse)
    os.utime(workspace.warehouse, (0, 0))  # nothing has been written to it for long
    told = workspace.set_aside_damaged(thorough=True)
    (aside,) = workspace.root.glob("warehouse.duckdb.damaged-*")
    assert told is not None and aside.name in told and "Could not read" in told
    assert not workspace.warehouse.exists()
    workspace.remove_old_damaged(datetime.now() - timedelta(days=30))
    assert aside.exists()
    workspace.remove_old_damaged(datetime.now() + timedelta(seconds=1))
    assert not aside.exists()


def test_published_marts_can_not_be_opened_for_writing_by_mistake(old: Path) -> None:
    assert Workspace(old).marts.stat().st_mode & 0o222 == 0


@pytest.mark.parametrize(
    "name", ["published_figures.parquet", "published_forecasts.parquet", "row_changes.parquet"]
)
def test_a_damaged_file_of_state_is_named_and_kept(
    name: str, old: Path, later_source: Path, replay: Replay, tmp_path: Path
) -> None:
    workspace = Workspace(shutil.copytree(old, tmp_path / "workspace", symlinks=True))
    path = workspace.state / name
    truncate(path)
    content = path.read_bytes()
    exit_code, told = run(FaultyRun(replay, workspace.root, later_source))
    assert exit_code == 1 and f"{path} is damaged" in list(told)[-1]
    assert path.read_bytes() == content
    assert_old_or_new(workspace.root, old, old)
