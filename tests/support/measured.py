"""What a command takes: seconds, processor seconds, and the memory of all its processes."""

import ctypes
import os
import resource
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from support.commands import clean_environment

SAMPLE_SECONDS = 0.2
BECOMES_PARENT_OF_ORPHANS = 36
"""Linux's PR_SET_CHILD_SUBREAPER."""


@dataclass(frozen=True)
class Measured:
    """What a command took."""

    seconds: float
    processor_seconds: float
    peak_bytes: int
    output: str

    @property
    def cells(self) -> list:
        """The figures for a table."""
        return [self.seconds, self.processor_seconds, f"{self.peak_bytes / 1e9:.1f} GB"]


def measure(*command: object, **settings: str) -> Measured:
    """Run a command away from the settings of who measures; ends the benchmark if it fails.

    The peak is of what processes hold from one sample to the next: until it has become another
    program, what Java starts shows all of Java's memory as its own.
    What the command leaves behind, as PySpark leaves its JVM, is waited for and counts too.
    """
    ctypes.CDLL(None).prctl(BECOMES_PARENT_OF_ORPHANS, 1)
    began, used = time.monotonic(), _processor_seconds()
    process = subprocess.Popen(
        [str(part) for part in command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=clean_environment(COLUMNS="200", **settings),
        start_new_session=True,
    )
    peaks = [0]

    def watch() -> None:
        before: dict[int, int] = {}
        while process.poll() is None:
            now = _resident_bytes(process.pid)
            peaks.append(sum(min(held, before.get(pid, 0)) for pid, held in now.items()))
            before = now
            time.sleep(SAMPLE_SECONDS)

    watcher = threading.Thread(target=watch)
    watcher.start()
    output = process.stdout.read()
    watcher.join()
    with suppress(ChildProcessError):
        while True:
            os.waitpid(-1, 0)
    if process.returncode:
        sys.exit(output)
    seconds, processor_seconds = time.monotonic() - began, _processor_seconds() - used
    return Measured(seconds, processor_seconds, max(peaks), output)


def _processor_seconds() -> float:
    """What all processes that this one waited for have used of the processor."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _resident_bytes(session: int) -> dict[int, int]:
    """The memory of each process of a session; pages that they share count for each."""
    held = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rpartition(")")[2].split()
        except OSError:  # the process is gone
            continue
        if int(fields[3]) == session:
            held[int(path.parent.name)] = int(fields[21]) * os.sysconf("SC_PAGE_SIZE")
    return held
