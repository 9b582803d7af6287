"""Recovery: working files that are damaged are set aside, and a run builds them anew."""

import os
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from orchestration.workspace.database_files import find_damage, wal_of


def set_aside_damaged(databases: Iterable[Path], *, thorough: bool = False) -> str | None:
    """Set aside databases that can't be opened, or `thorough`ly read; says which and why.

    Null where none is damaged. Of each, only the latest that was set aside stays.
    """
    found = []
    for path in databases:
        damage = find_damage(path, thorough=thorough) if path.exists() else None
        if damage is not None:
            aside = path.with_name(f"{path.name}.damaged-{datetime.now():%Y%m%dT%H%M%S}")
            for old in path.parent.glob(f"{path.name}.damaged-*"):
                old.unlink()
            path.replace(aside)
            os.utime(aside)  # from now on it is kept for a while
            wal_of(path).unlink(missing_ok=True)
            found.append(f"{path.name} was damaged ({damage}) and is set aside as {aside.name}")
    return "; ".join(found) or None


def remove_old_damaged(root: Path, before: datetime) -> None:
    """Remove the files of a workspace that were set aside before an instant."""
    for path in root.glob("*.damaged-*"):
        if path.stat().st_mtime < before.timestamp():
            path.unlink()
