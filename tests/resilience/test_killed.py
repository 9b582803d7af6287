"""A run that is killed at any moment: what was published stays whole, and the next run is right."""

import itertools
import os
import random
import shutil
import signal
import subprocess
import time
from collections import Counter
from pathlib import Path

import pytest
from support.commands import LOYALTY, Loyalty, clean_environment
from support.faulty import STAGES, FaultyRun, draw_kill, run
from support.replay import PROJECT, Replay
from support.sharing import Sharing
from support.workspaces import Built, assert_nothing_left_over, assert_old_or_new, build, run_well

KILLS = int(os.environ.get("LOYALTY_TEST_KILLS", "6"))
COMMAND_KILLS = max(2, KILLS // 10)


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
    for number in itertools.count():
        if sum(reached[stage] for stage in STAGES) >= KILLS:
            break  # a kill that comes when all is done is none
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
    print(f"kills by the stage they fell in: {dict(reached)}")
    assert len(STAGES) > KILLS or len(reached.keys() & set(STAGES)) >= len(STAGES) - 1


@pytest.fixture(scope="session")
def refreshed(sharing: Sharing, later_source: Path) -> Path:
    """A workspace as the command itself leaves it."""
    built = sharing.value("refreshed", lambda: build(sharing.place("refreshed"), later_source))
    return built.workspace


@pytest.mark.parametrize("number", range(COMMAND_KILLS))
def test_the_command_killed_at_any_moment_is_made_up_for_by_the_next(
    number: int,
    built: Built,
    refreshed: Path,
    later_source: Path,
    tmp_path: Path,
    loyalty: Loyalty,
) -> None:
    is_first, is_alone = number % 2 == 1, number % 4 < 2
    root = tmp_path / "workspace"
    if not is_first:
        shutil.copytree(built.workspace, root, symlinks=True)
    options = ["--workspace", root, "--source", f"files:{later_source}", "--full-refresh"]
    command = subprocess.Popen(
        [LOYALTY, "run", *options],
        cwd=PROJECT,
        env=clean_environment(),
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

    assert_old_or_new(root, None if is_first else built.workspace, refreshed)
    done = loyalty("run", *options)
    assert done.returncode == 0, done.stdout + done.stderr
    assert_old_or_new(root, refreshed, refreshed)
