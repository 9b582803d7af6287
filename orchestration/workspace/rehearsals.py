"""Rehearsals: copies of a workspace, each in a folder within it, in which a run is tried out.

A rehearsal lives as long as its lock is held; what was killed is removed by the next writer.
"""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from orchestration.errors import LoyaltyError, UnwritableError, is_full_disk
from orchestration.workspace.lock import LOCK, holding

PREFIX = ".rehearsal-"
COMPILED = ("compiled", "run")
"""What dbt writes anew in each run."""


@contextmanager
def rehearsal_folder(root: Path) -> Iterator[Path]:
    """A folder within a workspace, held by this process and removed in the end.

    Folders that weren't there before it are gone after it. Raises `UnwritableError`.
    """
    missing = [folder for folder in (root, *root.parents) if not folder.exists()]
    try:
        root.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=root))
    except OSError as error:
        if is_full_disk(error):
            raise
        raise UnwritableError(f"the workspace {root} can't be written: {error.strerror}") from None
    try:
        with holding(folder, "loyalty plan", 0):
            yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        with suppress(OSError):  # a run has begun there meanwhile
            for made in missing:
                made.rmdir()


def remove_abandoned(root: Path) -> None:
    """Remove the rehearsals that were killed; the caller holds the workspace.

    One without a lock is just being made, or none of ours.
    """
    for folder in [lock.parent for lock in root.glob(f"{PREFIX}*/{LOCK}")]:
        with suppress(LoyaltyError), holding(folder, "its removal", 0) as was_free:
            if was_free:
                shutil.rmtree(folder, ignore_errors=True)


def copy_file(path: Path, copy: Path) -> None:
    """Copy a file, if it is there; where the file system can, both share what neither changes."""
    if not path.exists():
        return
    try:
        with path.open("rb") as source, copy.open("wb") as target:
            while os.copy_file_range(source.fileno(), target.fileno(), 1 << 30):
                pass
    except (AttributeError, OSError):  # not on this system, or not between these
        shutil.copyfile(path, copy)


def share_file(path: Path | str, copy: Path | str) -> None:
    """Give a file that is only ever replaced another name; a copy where that can't be done."""
    try:
        os.link(path, copy)
    except OSError:
        shutil.copyfile(path, copy)


def copy_folder(path: Path, copy: Path) -> None:
    """Copy a folder, if it is there, without what dbt compiled."""
    if path.exists():
        ignored = shutil.ignore_patterns(*COMPILED)
        shutil.copytree(path, copy, ignore=ignored, dirs_exist_ok=True)


def share_version(current: Path, copy: Path) -> None:
    """Give another workspace the version of an export that is current, if there is one."""
    version = current.resolve()
    if version.exists():
        shared = copy.parent / "versions" / version.name
        shutil.copytree(version, shared, copy_function=share_file)
        copy.symlink_to(shared.relative_to(copy.parent))
