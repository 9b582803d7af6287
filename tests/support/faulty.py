"""A run of a workspace in a process of its own, without Dagster and dbt, that may be killed.

It calls what the assets call, in their order, and replays dbt's statements: a tenth of the time.
"""

import contextlib
import errno
import multiprocessing
import os
import random
import shutil
import signal
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path

from api_export.export.versions import write_export
from orchestration.errors import is_full_disk
from orchestration.pull.pull_into import pull_into
from orchestration.pull.run_progress import finish, is_full_build
from orchestration.sources.files.folder import FilesSource
from orchestration.workspace.status import note_finished
from orchestration.workspace.workspace import Workspace
from support.replay import DEFAULTS, Replay, execute, forecast_naively, open_warehouse

FULL_DISK = "a full disk"
CALLS = ("open", "os.mkdir", "fsync", "os.rename", "os.symlink", "os.chmod", "os.remove")
"""By which files reach the disk."""
STAGES = ("pull", "models", "publish", "export", "state")

processes = multiprocessing.get_context("forkserver")
processes.set_forkserver_preload(
    [
        "api_export.export.versions",
        "orchestration.pull.pull_into",
        "orchestration.transform.plugin",
    ]
)


@dataclass(frozen=True)
class FaultyRun:
    """How a run of a workspace is told to go."""

    replay: Replay
    root: Path
    source: Path
    fault: Callable[[str], None] | None = None
    """Called with each stage's name as it begins."""
    is_built: bool = False
    """Whether to begin with publishing what an earlier run built."""

    def __call__(self, stages: Connection) -> None:
        """Run all stages; their names go through the pipe as they begin."""

        def begin(stage: str) -> None:
            stages.send(stage)
            if self.fault is not None:
                self.fault(stage)

        try:
            self._run(Workspace(self.root), begin)
        except Exception as error:
            stages.send(FULL_DISK if is_full_disk(error) else repr(error))
            raise

    def _run(self, workspace: Workspace, begin: Callable[[str], None]) -> None:
        with workspace.writing("a test"):
            if not self.is_built:
                begin("pull")
                mode = self._pull(workspace)
            if self.is_built or mode != "nothing":
                if not self.is_built:
                    begin("models")
                    self._build(workspace)
                begin("publish")
                workspace.publish_marts()
                begin("export")
                write_export(workspace.marts, workspace.export)
                begin("state")
                with workspace.connect() as connection:
                    workspace.keep_history(connection)
                    finish(connection)
            note_finished(workspace)
        begin("done")

    def _pull(self, workspace: Workspace) -> str:
        return pull_into(workspace, FilesSource(self.source), DEFAULTS, build_parts={}).mode

    def _build(self, workspace: Workspace) -> None:
        with workspace.connect() as connection:
            is_full = is_full_build(connection)
        if is_full:
            workspace.next_marts.unlink(missing_ok=True)
        paths = (workspace.warehouse, workspace.next_marts)
        with open_warehouse(*paths, forecast_naively) as connection:
            execute(connection, self.replay.full if is_full else self.replay.incremental)


@dataclass(frozen=True)
class Kill:
    """A kill of this process, some seconds after a stage began."""

    stage: str
    seconds: float

    def __call__(self, stage: str) -> None:
        """Set the timer where the stage is the one."""
        if stage == self.stage:
            killing = threading.Timer(self.seconds, os.kill, (os.getpid(), signal.SIGKILL))
            killing.daemon = True
            killing.start()


@dataclass(frozen=True)
class Stop:
    """An end of this process as a stage begins."""

    stage: str

    def __call__(self, stage: str) -> None:
        """End where the stage is the one."""
        if stage == self.stage:
            os._exit(0)


@dataclass
class Refusal:
    """A disk that refuses one call: the n-th of its kind in a stage."""

    stage: str
    call: str
    number: int
    current: str = ""

    def __call__(self, stage: str) -> None:
        """Note the stage; from its own on, count calls."""
        self.current = stage
        if stage != self.stage:
            return
        really_fsync = os.fsync

        def fsync(descriptor: int) -> None:
            self._refuse("fsync", (descriptor,))
            really_fsync(descriptor)

        os.fsync = fsync
        sys.addaudithook(self._refuse)

    def _refuse(self, call: str, arguments: tuple) -> None:
        if self.current != self.stage or call != self.call:
            return
        if call != "open" or (arguments[2] or 0) & (os.O_WRONLY | os.O_RDWR):
            self.number -= 1
            if self.number == 0:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(arguments[0]))


def fill(disk: Path, free_kb: int) -> Path:
    """A file that leaves so much room on a disk."""
    ballast = disk / "ballast"
    room = shutil.disk_usage(disk).free - free_kb * 1024
    with ballast.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, room)
    return ballast


def draw_kill(number: int, seconds: dict[str, float]) -> Kill:
    """A moment seeded by a number, in runs whose stages take so long; each has its turn."""
    stage = STAGES[number % len(STAGES)]
    return Kill(stage, random.Random(number).random() * seconds[stage])


def run(faulty: FaultyRun) -> tuple[int | None, dict[str, float]]:
    """Run in a process of its own; how it ended, and how many seconds each stage took."""
    receiver, sender = processes.Pipe(duplex=False)
    process = processes.Process(target=faulty, args=(sender,))
    process.start()
    sender.close()
    began: dict[str, float] = {}
    with contextlib.suppress(EOFError):
        while True:
            stage = receiver.recv()
            began[stage] = time.monotonic()
    process.join()
    ended = [*list(began.values())[1:], time.monotonic()]
    return process.exitcode, {
        stage: end - start for (stage, start), end in zip(began.items(), ended, strict=True)
    }
