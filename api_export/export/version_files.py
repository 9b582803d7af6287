"""The files of a version, each content written once, and how they get onto the disk."""

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from api_export.export.manifest import file_entry, read_entries


class Files:
    """A version's files as they are written, not yet synced.

    A file that is what it was in the former version becomes another name of that one, and keeps
    its time. Of the others, those of equal content are one file with several names. None that is
    new ever looks older than what it replaces, by which web servers and copying programs go.
    """

    def __init__(self, root: Path, former: Path) -> None:
        """Begin with no file; a former version that is absent or damaged lends nothing."""
        self.entries: list[dict[str, Any]] = []
        self._root = root
        self._former = former
        self._lent = read_entries(former)
        self._written: dict[str, Path] = {}
        self._folders: set[Path] = set()

    def paths(self) -> list[str]:
        """The paths written so far."""
        return [entry["path"] for entry in self.entries]

    def write(self, path: str, content: bytes) -> dict[str, Any]:
        """Write a file, in the folders that it needs; its line in the manifest."""
        entry = file_entry(path, content)
        target = self._root / path
        if target.parent not in self._folders:
            target.parent.mkdir(parents=True, exist_ok=True)
            self._folders.add(target.parent)
        is_kept = self._lent.get(path) == entry and _link(self._former / path, target, content)
        if not is_kept:
            written = self._written.setdefault(entry["sha256"], target)
            if written is target or not _link(written, target, content):
                with target.open("xb") as file:  # never through a name that another version has
                    file.write(content)
        self.entries.append(entry)
        return entry


def _link(holder: Path, target: Path, content: bytes) -> bool:
    """Name a file that still holds the content anew; false where it doesn't, or can't be named."""
    try:
        if holder.read_bytes() != content:
            return False
        target.hardlink_to(holder)
    except OSError:  # it is gone, has all the names it can have, or the disk has no such names
        return False
    return True


def sync_tree(root: Path) -> None:
    """Make sure that all files and names below a folder are on the disk.

    Its file system is told once, where that can be: thousands of files one by one take minutes.
    """
    syncfs = getattr(ctypes.CDLL(None, use_errno=True), "syncfs", None)
    if syncfs is not None:
        with _opened(root) as descriptor:
            if syncfs(descriptor) != 0:
                number = ctypes.get_errno()
                raise OSError(number, os.strerror(number), str(root))
        return
    for folder, _, names in os.walk(root):
        for path in (*(Path(folder, name) for name in names), Path(folder)):
            with _opened(path) as descriptor:
                os.fsync(descriptor)


def sync_folder(folder: Path) -> None:
    """Make sure that the names in a folder are on the disk."""
    with _opened(folder) as descriptor:
        os.fsync(descriptor)


@contextmanager
def _opened(path: Path) -> Iterator[int]:
    """A file's or folder's descriptor."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
