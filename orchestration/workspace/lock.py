"""The lock of a workspace: who holds it is its one writer."""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import filelock

from orchestration.errors import BusyError, UnwritableError
from orchestration.workspace.database_files import POLL_SECONDS

log = logging.getLogger(__name__)

LOCK = ".lock"
HOLDER = ".lock-holder"
"""The file that says what the holder does, for those who wait."""


@contextmanager
def holding(root: Path, task: str, wait_seconds: float) -> Iterator[bool]:
    """Hold a workspace for a task; gives whether it was free, rather than this process's already.

    Another holder is waited for so long, then `BusyError` names it. Raises `UnwritableError` where
    the folder can't be written.
    """
    holder = root / HOLDER
    try:
        root.mkdir(parents=True, exist_ok=True)
        lock = filelock.FileLock(root / LOCK, is_singleton=True)
        was_free = not lock.is_locked
        _acquire(lock, root, wait_seconds)
    except OSError as error:
        raise UnwritableError(f"the workspace {root} can't be written: {error.strerror}") from None
    try:
        if was_free:
            holder.write_text(f"{task} (process {os.getpid()})")
        yield was_free
    finally:
        if was_free:
            holder.unlink(missing_ok=True)
        lock.release()


def _acquire(lock: filelock.BaseFileLock, root: Path, wait_seconds: float) -> None:
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        busy = f"the workspace {root} is being written by {_read_holder(root)}"
        try:
            if wait_seconds:
                log.warning("%s; waiting up to %g seconds", busy, wait_seconds)
            lock.acquire(timeout=wait_seconds, poll_interval=POLL_SECONDS)
        except filelock.Timeout:
            raise BusyError(f"{busy}; wait until that is done, or use another workspace") from None


def _read_holder(root: Path) -> str:
    try:
        return (root / HOLDER).read_text()
    except OSError:
        return "another process"
