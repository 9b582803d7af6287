"""A disk that refuses or is full: what was published stays, the error says so, the next run works.

The refusals stand at each call by which publishing, the export and `state/` reach the disk. The
full disks are real ones: small file systems in memory, which only root can mount.
"""

import shutil
from pathlib import Path

import pytest
from support.commands import Loyalty
from support.faulty import CALLS, FULL_DISK, FaultyRun, Refusal, Stop, fill, run
from support.replay import Replay
from support.workspaces import Built, assert_nothing_left_over, assert_old_or_new, run_well

FREE_KB = (0, 256, 2_048, 8_192, 14_000, 24_000)


@pytest.fixture(scope="module")
def unpublished(
    old: Path, later_source: Path, replay: Replay, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """A workspace whose new marts are built, and the old ones still published."""
    root = shutil.copytree(old, tmp_path_factory.mktemp("built") / "workspace", symlinks=True)
    run(FaultyRun(replay, root, later_source, Stop("publish")))
    return root


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("stage", ["publish", "export", "state"])
def test_a_refused_call_leaves_whole_files_and_the_next_run_works(
    stage: str,
    call: str,
    unpublished: Path,
    old: Path,
    new: Path,
    later_source: Path,
    replay: Replay,
    tmp_path: Path,
) -> None:
    number = 1
    while True:
        root = shutil.copytree(unpublished, tmp_path / f"{number}", symlinks=True)
        refusal = Refusal(stage, call, number)
        exit_code, told = run(FaultyRun(replay, root, later_source, refusal, is_built=True))
        if exit_code == 0:
            break
        assert list(told)[-2:] == [stage, FULL_DISK]
        assert_old_or_new(root, old, new)
        run_well(FaultyRun(replay, root, later_source, is_built=True))
        assert_old_or_new(root, new, new)
        assert_nothing_left_over(root, new)
        shutil.rmtree(root)
        number *= 3
    print(f"{stage}, {call}: {number} was the first that nothing asked for")


@pytest.mark.parametrize("free_kb", FREE_KB)
def test_a_full_disk_leaves_whole_files_and_the_next_run_works(
    free_kb: int,
    disk: Path,
    old: Path,
    new: Path,
    later_source: Path,
    replay: Replay,
) -> None:
    root = shutil.copytree(old, disk / "workspace", symlinks=True)
    ballast = fill(disk, free_kb)
    exit_code, told = run(FaultyRun(replay, root, later_source))
    assert exit_code == 0 or list(told)[-1] == FULL_DISK
    print(f"{free_kb} kB free: {list(told)[-2:]}")
    assert_old_or_new(root, old, new)
    ballast.unlink()
    run_well(FaultyRun(replay, root, later_source))
    assert_old_or_new(root, new, new)
    assert_nothing_left_over(root, new)


@pytest.mark.parametrize("free_kb", [600, 7_000])
def test_the_command_tells_of_a_full_disk_in_one_line(
    free_kb: int,
    disk: Path,
    built: Built,
    new: Path,
    later_source: Path,
    loyalty: Loyalty,
) -> None:
    root = shutil.copytree(built.workspace, disk / "workspace", symlinks=True)
    fill(disk, free_kb)
    arguments = ("run", "--workspace", root, "--source", f"files:{later_source}")
    done = loyalty(*arguments, "--full-refresh")
    assert done.returncode == 1, done.stdout + done.stderr
    assert f"the disk of {root} is full" in done.stderr.splitlines()[-1]
    assert_old_or_new(root, built.workspace, built.workspace)
