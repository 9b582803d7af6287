"""The command `loyalty` in processes of its own, away from the settings of who runs the tests."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from support.replay import PROJECT

LOYALTY = Path(sys.executable).parent / "loyalty"
Loyalty = Callable[..., subprocess.CompletedProcess[str]]
"""The command, called by its arguments and, by their names, settings."""


HOLD = """
import sys, time
from pathlib import Path
from orchestration.workspace.workspace import Workspace

with Workspace(Path(sys.argv[1])).writing("the other one"):
    print("held", flush=True)
    time.sleep(float(sys.argv[2]))
"""


def clean_environment(**settings: str) -> dict[str, str]:
    """The environment with these settings of the pipeline alone.

    Most sources of tests are dirty on purpose: any share of their rows may be quarantined.
    """
    others = {key: value for key, value in os.environ.items() if "LOYALTY" not in key}
    return others | {"LOYALTY_MAX_QUARANTINED": "1"} | settings


def call(*arguments: object, **settings: str) -> subprocess.CompletedProcess[str]:
    """Call the command, and wait for its end."""
    return subprocess.run(
        [LOYALTY, *map(str, arguments)],
        cwd=PROJECT,
        env=clean_environment(**settings),
        capture_output=True,
        text=True,
        check=False,
    )


@contextmanager
def serving(workspace: Path, *options: str, **settings: str) -> Iterator[str]:
    """The address where `loyalty serve` serves a workspace, on a free port, until Ctrl-C."""
    with subprocess.Popen(
        [LOYALTY, "serve", "--port", "0", "--workspace", workspace, *options],
        cwd=PROJECT,
        env=clean_environment(**settings),
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process.stdout.readline().strip()
        finally:
            process.send_signal(signal.SIGINT)
    assert process.returncode == 0


def hold(workspace: Path, seconds: float) -> subprocess.Popen[str]:
    """Another process that holds a workspace for a while."""
    command = [sys.executable, "-c", HOLD, str(workspace), str(seconds)]
    holder = subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None and holder.stdout.readline() == "held\n"
    return holder


def assert_session_ends(leader: int) -> None:
    """All processes of a session end; those that were told to are still on their way."""
    for _ in range(1000):
        if not (left := list(processes_of(leader))):
            break
        time.sleep(0.02)
    assert left == []


def processes_of(leader: int) -> Iterator[str]:
    """The processes of a session that still run."""
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if os.getsid(int(folder.name)) == leader:
                state = (folder / "stat").read_text().rpartition(")")[2].split()[0]
                if state != "Z":
                    yield (folder / "cmdline").read_text().replace("\0", " ")
        except (ProcessLookupError, FileNotFoundError):
            continue
