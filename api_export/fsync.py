"""Making sure that files and names are on the disk, so that they outlive a loss of power."""

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def sync_tree(root: Path) -> None:
    """Put all files and names below a folder on the disk.

    Where it can be, by one call for the file system: thousands of files one by one take minutes.
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
    """Put the names in a folder on the disk."""
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
