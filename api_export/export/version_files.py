"""The files of a version as they are written: each content once, unchanged files not again."""

from pathlib import Path
from typing import Any

from api_export.export.manifest import file_entry, read_entries


class VersionFiles:
    """A version's files, not yet synced.

    A file that is what it was in the former version becomes another name of that one, and keeps
    its time. Of the others, those of equal content are one file with several names. None that is
    new ever looks older than what it replaces, by which web servers and copying programs go.
    """

    def __init__(self, root: Path, former: Path) -> None:
        """Begin without files; a former version that is absent or damaged lends nothing."""
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
        """Write a file, in the folders that it needs, and return its entry for the manifest."""
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
    """Give a file that still holds the content another name; false where that can't be done."""
    try:
        if holder.read_bytes() != content:
            return False
        target.hardlink_to(holder)
    except OSError:  # it is gone, has all the names it can have, or the disk has no such names
        return False
    return True
