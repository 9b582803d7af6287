"""A pull into a workspace: with what earlier runs left there, and healed where it is damaged."""

from collections.abc import Mapping
from pathlib import Path

import duckdb

from api_export.export.manifest import find_faults
from orchestration.errors import SourceError
from orchestration.pull.load_raw import EarlierRuns, Pull, load_raw
from orchestration.pull.run_inputs import RunInputs
from orchestration.pull.sync import Lookback
from orchestration.sources.base import Source
from orchestration.workspace.database_files import find_damage, wal_of
from orchestration.workspace.workspace import Workspace


def pull_into(
    workspace: Workspace,
    source: Source,
    inputs: RunInputs,
    *,
    build_parts: Mapping[str, str],
    lookback: Lookback | None = None,
    is_full_refresh: bool = False,
    wait_seconds: float = 0,
) -> Pull:
    """Bring the workspace's raw tables to the state of the source; see `load_raw`.

    Damaged working files are set aside first, or where the pull runs into them. Raises
    `SourceError`, or `BusyError` where another program keeps the warehouse open for so long. The
    caller is the one writer.
    """

    def load(damage: str | None) -> Pull:
        reason = damage or _why_full(workspace, is_full_refresh=is_full_refresh)
        earlier = EarlierRuns(
            workspace.state,
            workspace.known_columns(source.identity),
            _published(workspace, source.identity),
        )
        with workspace.connect(wait_seconds) as connection:
            return load_raw(
                connection,
                source,
                inputs,
                earlier,
                build_parts=build_parts,
                full_reason=reason,
                lookback=lookback,
            )

    try:
        return load(workspace.set_aside_damaged())
    except (duckdb.Error, SourceError):
        damage = workspace.set_aside_damaged(thorough=True)
        if damage is None:
            raise
        return load(damage)


def _why_full(workspace: Workspace, *, is_full_refresh: bool) -> str | None:
    """Why this run has to build all anew, as far as the workspace's files say; else null."""
    if is_full_refresh:
        return "a full refresh was requested"
    files = (
        workspace.warehouse,
        workspace.next_marts,
        workspace.marts,
        workspace.current_export,
    )
    missing = [path.name for path in files if not path.exists()]
    if len(missing) == len(files):
        return "the workspace is new"
    if missing:
        return f"there is no {missing[0]}"
    if not _is_as_published(workspace.marts):
        return f"{workspace.marts.name} is not as it was published"
    if find_faults(workspace.current_export):
        return "the export is not what its manifest says"
    return None


def _published(workspace: Workspace, identity: str) -> Path | None:
    """The marts that were last published from this source, if they can be read."""
    marts = workspace.marts
    is_there = workspace.is_built_from(identity) and marts.exists() and _is_as_published(marts)
    return marts if is_there else None


def _is_as_published(marts: Path) -> bool:
    return not wal_of(marts).exists() and not find_damage(marts, read_only=True)
