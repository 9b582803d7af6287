"""The folder `state/`: what no source can give back, changed in one step with the export."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from api_export.fsync import sync_folder
from orchestration.workspace.durable_files import replace_file
from orchestration.workspace.state_files import StateFile

Kept = TypeVar("Kept", bound=StateFile)

BEFORE = "before-"
"""Begins the names of what files held before their change was exported."""


class State:
    """The files of a state folder, as the current export knows them."""

    def __init__(self, folder: Path, current_export: Path) -> None:
        """Name the folder, and the link whose switch makes a change count."""
        self.folder = folder
        self._current_export = current_export

    def read(self, kind: type[Kept]) -> Kept | None:
        """A file as the current export knows it; null where there is none. Raises `RunError`."""
        try:
            for before in self.folder.glob(f"{BEFORE}*-{kind.file_name}"):
                if not self._is_exported(before):
                    return kind.read(before) if before.stat().st_size else None
        except FileNotFoundError:  # its writer has just come to the end
            return self.read(kind)
        return kind.read(self.folder / kind.file_name)

    @contextmanager
    def changing(self, content: StateFile, version: Path) -> Iterator[None]:
        """Change a file and the current export in one step, or neither; the body switches it.

        The switch of the export to `version` is that step. Until then the file's content from
        before lies beside it and counts; who is stopped before it leaves the undoing to the next
        writer.
        """
        path = self.folder / content.file_name
        self.folder.mkdir(parents=True, exist_ok=True)
        before = self.folder / f"{BEFORE}{version.name}-{path.name}"
        replace_file(before, path.read_bytes() if path.exists() else b"")
        try:
            content.write(self.folder)
            yield
        finally:
            self.settle()

    def settle(self) -> None:
        """Undo the changes that were not exported, and forget what was before others.

        Undoing is a rename, for which a full disk has room.
        """
        for before in self.folder.glob(f"{BEFORE}*"):
            path = self.folder / before.name.rpartition("-")[2]
            if self._is_exported(before):
                before.unlink()
            elif before.stat().st_size:
                before.replace(path)
            else:
                path.unlink(missing_ok=True)
                before.unlink()
            sync_folder(self.folder)

    def remove_leftovers(self) -> None:
        """Remove half-written files of a killed writer, and settle its changes."""
        for scratch in self.folder.glob(".*"):
            scratch.unlink()
        self.settle()

    def _is_exported(self, before: Path) -> bool:
        """Whether the change is done that followed what was `before`: its export is current."""
        version = before.name.removeprefix(BEFORE).rpartition("-")[0]
        return self._current_export.resolve().name == version
