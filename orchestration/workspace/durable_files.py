"""Files that reach the disk whole, or not at all."""

import os
from pathlib import Path

from api_export.fsync import sync_folder


def replace_file(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    scratch = path.with_name(f".{path.name}")
    try:
        scratch.write_bytes(content)
        sync_file(scratch)
        scratch.replace(path)
    except OSError:
        scratch.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def sync_file(path: Path) -> None:
    """Make sure that a file's content is on the disk."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
