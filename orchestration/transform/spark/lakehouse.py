"""The lakehouse: the folder that a run shares with Spark's executors, and one workspace alone."""

import re
import shutil
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from orchestration.errors import UnwritableError, UsageError
from orchestration.workspace.rehearsals import PREFIX

OWNER = "owner"
"""The file in a lakehouse with the key of its workspace."""
KEY = ".lakehouse-key"
"""The file of a workspace with its key: two machines may call different folders the same."""

ODD = re.compile(r"[^\w./ @+,~-]")
"""What Spark or DuckDB may take for a pattern, or for the end of a text."""


def check_lakehouse(lakehouse: Path, workspace: Path) -> None:
    """Raise `UsageError` where a folder can't be the lakehouse of a workspace.

    It may be another's, hold something else, or be called what Spark can't name. The workspace's
    own folder is nobody else's.
    """
    if odd := ODD.search(str(lakehouse)):
        raise UsageError(
            f"LOYALTY_LAKEHOUSE: {lakehouse} has a {odd[0]!r}, which Spark doesn't take in a path"
        )
    if lakehouse.parent == workspace or not lakehouse.exists():
        return
    owner, key = lakehouse / OWNER, workspace / KEY
    if owner.exists():
        if not key.exists() or owner.read_text() != key.read_text():
            raise UsageError(
                f"LOYALTY_LAKEHOUSE: {lakehouse} is another workspace's; use another folder, or"
                " remove that one if its workspace is no more"
            )
    elif any(not path.name.startswith(PREFIX) for path in lakehouse.iterdir()):
        raise UsageError(
            f"LOYALTY_LAKEHOUSE: {lakehouse} holds something else; use an empty folder"
        )


def claim_lakehouse(lakehouse: Path, workspace: Path) -> None:
    """Make a folder the lakehouse of a workspace, whose one writer the caller is, or raise so."""
    check_lakehouse(lakehouse, workspace)
    key = workspace / KEY
    try:
        lakehouse.mkdir(parents=True, exist_ok=True)
        if lakehouse.parent != workspace and not (lakehouse / OWNER).exists():
            if not key.exists():
                key.write_text(uuid4().hex)
            with suppress(FileExistsError), (lakehouse / OWNER).open("x") as owner:
                owner.write(key.read_text())
    except OSError as error:
        raise UnwritableError(
            f"LOYALTY_LAKEHOUSE: {lakehouse} can't be written: {error.strerror}"
        ) from None
    check_lakehouse(lakehouse, workspace)  # another may have been here at once
    for left in lakehouse.glob(f"{PREFIX}*"):  # by a rehearsal that was killed
        if not (workspace / left.name).exists():
            shutil.rmtree(left, ignore_errors=True)


def emptied(folder: Path) -> Path:
    """A folder, with nothing in it. Raises `UnwritableError` where something stays."""
    try:
        if folder.exists():
            shutil.rmtree(folder)
        folder.mkdir(parents=True)
    except OSError as error:
        raise UnwritableError(
            f"{error.filename or folder} can't be removed ({error.strerror}): Spark's executors"
            " have to work as the user of this run"
        ) from None
    return folder
