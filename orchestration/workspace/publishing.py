"""Publishing: the built marts become the published ones in one step, whole or not at all."""

import shutil
from pathlib import Path

import duckdb

from api_export.fsync import sync_folder
from orchestration.errors import RunError
from orchestration.workspace.database_files import compact, wal_of
from orchestration.workspace.duckdb_setup import Limits
from orchestration.workspace.durable_files import sync_file

PUBLISHED_MODE = 0o444
"""Nobody can open the published marts for writing by mistake: its `.wal` would spoil them."""
MOST_FREE = 0.2
"""The share of the published marts that may be free blocks: less is cheaper copied than gone."""


def scratch_of(marts: Path) -> Path:
    """Where the marts are copied before they are renamed."""
    return marts.with_name(f".{marts.name}")


def publish(built: Path, marts: Path, scratch: Path, limits: Limits) -> None:
    """Make the built marts the published ones.

    Checkpoints, compacts, copies, syncs and renames; open readers keep the file that they have.
    A `.wal` beside the published file belongs to none, and DuckDB would replay it into the new
    one.
    """
    with duckdb.connect(str(built)) as connection:
        connection.execute("checkpoint")
    stray = wal_of(built)
    if stray.exists():
        raise RunError(f"{stray} is left over: the marts were not closed; run again")
    compact(built, scratch, limits, MOST_FREE)
    copy = scratch_of(marts)
    try:
        shutil.copyfile(built, copy)
        copy.chmod(PUBLISHED_MODE)
        sync_file(copy)
        wal_of(marts).unlink(missing_ok=True)
        copy.replace(marts)
    finally:
        copy.unlink(missing_ok=True)
    sync_folder(marts.parent)
