"""A run that is killed at any moment: what was published stays whole, and the next run is right."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from conftest import Loyalty, read_files
from faulty import STAGES, FaultyRun, draw_kill, mart_digests, run
from replay import PROJECT, Replay

from api_export.manifest import find_faults
from orchestration.workspace import Workspace

KILLS = int(os.environ.get("LOYALTY_TEST_KILLS", "6"))
COMMAND_KILLS = max(2, KILLS // 10)


@pytest.fixture(scope="module")
def later_source(dirty_source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The dirty source after some rows came and others went."""
    source = shutil.copytree(dirty_source, tmp_path_factory.mktemp("later") / "source")
    ledger = source / "loyalty_transactions.csv"
    header, *rows = ledger.read_text(encoding="utf-8-sig").splitlines()
    ledger.write_text("\n".join([header, *rows[:200], *rows[230:], *rows[300:310]]) + "\n")
    return source


@pytest.fixture(scope="module")
def old(dirty_source: Path, replay: Replay, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace before the killed run."""
    root = tmp_path_factory.mktemp("old") / "workspace"
    run_well(FaultyRun(replay, root, dirty_source))
    return root


@pytest.fixture(scope="module")
def new(later_source: Path, replay: Replay, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace as a full refresh would leave it."""
    root = tmp_path_factory.mktemp("new") / "workspace"
    run_well(FaultyRun(replay, root, later_source))
    return root


def test_a_run_killed_at_any_moment_is_made_up_for_by_the_next(
    old: Path, new: Path, later_source: Path, replay: Replay, tmp_path: Path
) -> None:
    seconds: dict[bool, dict[str, float]] = {}
    for is_first in (True, False):
        root = tmp_path / f"timed-{is_first}"
        if not is_first:
            shutil.copytree(old, root, symlinks=True)
        seconds[is_first] = run_well(FaultyRun(replay, root, later_source))
    reached: Counter[str] = Counter()
    for number in range(KILLS):
        is_first = number // len(STAGES) % 2 == 1
        root = tmp_path / f"killed-{number}"
        if not is_first:
            shutil.copytree(old, root, symlinks=True)
        killed = FaultyRun(replay, root, later_source, draw_kill(number, seconds[is_first]))
        reached[list(run(killed)[1])[-1]] += 1

        assert_old_or_new(root, None if is_first else old, new)
        run_well(FaultyRun(replay, root, later_source))
        assert_old_or_new(root, new, new)
        assert_nothing_left_over(root, new)
        shutil.rmtree(root)
    print(f"{KILLS} kills, by the stage they fell in: {dict(reached)}")
    assert len(STAGES) > KILLS or len(reached.keys() & set(STAGES)) >= len(STAGES) - 1


@pytest.mark.parametrize("number", range(COMMAND_KILLS))
def test_the_command_killed_at_any_moment_is_made_up_for_by_the_next(
    number: int,
    built: tuple[Path, subprocess.CompletedProcess[str]],
    new: Path,
    later_source: Path,
    tmp_path: Path,
    loyalty: Loyalty,
) -> None:
    is_first, is_alone = number % 2 == 1, number % 4 < 2
    root = tmp_path / "workspace"
    if not is_first:
        shutil.copytree(built[0], root, symlinks=True)
    options = ["--workspace", root, "--source", f"files:{later_source}", "--full-refresh"]
    command = subprocess.Popen(
        [Path(sys.executable).parent / "loyalty", "run", *options],
        cwd=PROJECT,
        env={key: value for key, value in os.environ.items() if "LOYALTY" not in key},
        start_new_session=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert command.stdout is not None
    for line in command.stdout:
        if "dbt build" in line or number % 3 == 2:
            break
    time.sleep(random.Random(number).random() * 20)
    (os.kill if is_alone else os.killpg)(command.pid, signal.SIGKILL)
    command.wait()

    assert_old_or_new(root, None if is_first else built[0], new)
    done = loyalty("run", *options)
    assert done.returncode == 0, done.stdout + done.stderr
    assert_old_or_new(root, new, new)


def run_well(faulty: FaultyRun) -> dict[str, float]:
    """Run to the end; how many seconds each stage took."""
    exit_code, seconds = run(faulty)
    assert exit_code == 0, f"the run ended with {exit_code} after {list(seconds)}"
    return seconds


def assert_old_or_new(root: Path, old: Path | None, new: Path) -> None:
    """Marts and export are each wholly those of one workspace; none is there without an old one."""
    workspace = Workspace(root)
    published = []
    if workspace.marts.exists() or old is not None:
        published = [mart_digests(workspace.marts)]
        assert published[0] in [mart_digests(Workspace(each).marts) for each in (old or new, new)]
    if workspace.current_export.exists() or old is not None:
        assert find_faults(workspace.current_export) == []
        files = read_files(workspace.current_export)
        assert files in [read_files(Workspace(each).current_export) for each in (old or new, new)]


def assert_nothing_left_over(root: Path, clean: Path) -> None:
    """No file lies about that an undisturbed run wouldn't leave; older exports may."""
    names = [
        {
            path.relative_to(folder).as_posix()
            for path in folder.rglob("*")
            if "versions" not in path.parts
        }
        for folder in (root, clean)
    ]
    assert names[0] == names[1]
    assert not [path for path in (root / "export" / "versions").iterdir() if find_faults(path)]
