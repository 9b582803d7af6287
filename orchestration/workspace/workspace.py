"""The workspace: the folder that holds all a run makes, its files by their roles."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path

import duckdb

from api_export.fsync import sync_folder
from api_export.payloads.additions import RequestedRange, WidgetEdit
from orchestration.errors import LoyaltyError, UsageError
from orchestration.source_urls import is_same_source
from orchestration.workspace.database_files import connect, wal_of
from orchestration.workspace.duckdb_setup import Limits
from orchestration.workspace.durable_files import sync_file
from orchestration.workspace.lock import HOLDER, LOCK, holding
from orchestration.workspace.publishing import publish, scratch_of
from orchestration.workspace.recovery import remove_old_damaged, set_aside_damaged
from orchestration.workspace.rehearsals import (
    copy_file,
    copy_folder,
    rehearsal_folder,
    remove_abandoned,
    share_file,
    share_version,
)
from orchestration.workspace.report_history import save_history
from orchestration.workspace.state import State
from orchestration.workspace.state_files import (
    KnownSource,
    RequestedRanges,
    SourceColumns,
    WidgetEdits,
)

MADE_BY_LOCKING = {LOCK, HOLDER, "scratch"}
"""All that a workspace has when it is made by who takes its lock."""


class Workspace:
    """The files of a workspace, by their roles, and how they change."""

    def __init__(
        self, root: Path, limits: Limits | None = None, lakehouse: Path | None = None
    ) -> None:
        """Name the files; nothing is made before a run needs it."""
        self.root = root.expanduser().absolute()
        self.limits = limits or Limits()
        self.warehouse = self.root / "warehouse.duckdb"
        self.next_marts = self.root / "marts_next.duckdb"
        self.lakehouse = lakehouse or self.root / "lakehouse"
        self.marts = self.root / "marts.duckdb"
        self.export = self.root / "export"
        self.current_export = self.export / "current"
        self.status = self.export / "status.json"
        self.scratch = self.root / "scratch"
        self.dbt_target = self.root / "dbt"
        self.docs = self.root / "docs" / "index.html"
        self.dagster_home = self.root / "dagster"
        self.state = self.root / "state"
        self._state = State(self.state, self.current_export)

    def check_published(self) -> None:
        """Raise `UsageError` where no run has published anything yet; nothing is made there."""
        if not (self.marts.exists() or self.current_export.exists()):
            raise UsageError(f"{self.root} has nothing published yet: use `loyalty run` first")

    @contextmanager
    def writing(self, task: str, wait_seconds: float = 0) -> Iterator[None]:
        """Be the one writer for a while; who holds the workspace already keeps it.

        Another writer is waited for so long, then `BusyError` names it. What a killed writer left
        half-done is undone. Raises `UnwritableError` where the folder can't be written.
        """
        with holding(self.root, task, wait_seconds) as was_free:
            if was_free:
                self._remove_leftovers()
            yield

    def _remove_leftovers(self) -> None:
        """Remove what only a killed writer leaves behind; what is in use is never there."""
        shutil.rmtree(self.scratch, ignore_errors=True)
        self.scratch.mkdir()
        remove_abandoned(self.root)
        scratch_of(self.marts).unlink(missing_ok=True)
        self._state.remove_leftovers()

    @contextmanager
    def removed_if_refused(self) -> Iterator[None]:
        """Remove a workspace that is new where the body ends with exit code 2.

        That is wrong usage, or a source that can't be used. The caller holds the workspace.
        """
        is_new = {path.name for path in self.root.iterdir()} <= MADE_BY_LOCKING
        try:
            yield
        except LoyaltyError as error:
            if is_new and error.exit_code == UsageError.exit_code:
                shutil.rmtree(self.root, ignore_errors=True)
            raise

    @contextmanager
    def rehearsing(self, wait_seconds: float = 0) -> Iterator[Path]:
        """The root of a copy of this workspace, to try a run in; removed in the end.

        Nothing else of this one changes, not even what a killed writer left half-done. Another
        writer is waited for as in `writing`, and then kept out only as long as copying takes.
        """
        with ExitStack() as rehearsal:
            with ExitStack() as writing:
                if (self.root / LOCK).exists():  # else nobody has ever written there
                    writing.enter_context(holding(self.root, "loyalty plan", wait_seconds))
                    remove_abandoned(self.root)
                root = rehearsal.enter_context(rehearsal_folder(self.root))
                self._copy_into(Workspace(root))
            yield root

    def _copy_into(self, copy: "Workspace") -> None:
        """Copy all that a run goes by; what is only ever replaced is shared."""
        copy.scratch.mkdir()
        copy.export.mkdir()
        for path in (self.warehouse, self.next_marts):
            for name in (path.name, wal_of(path).name):
                copy_file(self.root / name, copy.root / name)
        copy_folder(self.dbt_target, copy.dbt_target)
        copy_folder(self.state, copy.state)
        for name in (self.marts.name, wal_of(self.marts).name):
            if (self.root / name).exists():
                share_file(self.root / name, copy.root / name)
        share_version(self.current_export, copy.current_export)
        copy._state.remove_leftovers()

    @contextmanager
    def connect(self, wait_seconds: float = 0) -> Iterator[duckdb.DuckDBPyConnection]:
        """The warehouse, open for writing; `BusyError` where another program keeps it so long."""
        with connect(self.warehouse, self.scratch, self.limits, wait_seconds) as connection:
            yield connection

    def set_aside_damaged(self, *, thorough: bool = False) -> str | None:
        """Set aside working files that can't be opened, or `thorough`ly read; says which and why.

        They hold nothing that the source and `state/` can't give back. Null where none is damaged.
        """
        return set_aside_damaged((self.warehouse, self.next_marts), thorough=thorough)

    def remove_old_damaged(self, before: datetime) -> None:
        """Remove the files that were set aside before an instant."""
        remove_old_damaged(self.root, before)

    def check_source(self, identity: str, *, is_full_refresh: bool) -> None:
        """Raise `UsageError` for a source other than the one that the workspace was built from."""
        known = self._state.read(KnownSource)
        if known is not None and not self.is_built_from(identity) and not is_full_refresh:
            raise UsageError(
                f"the workspace {self.root} holds the source {known.source}, not {identity};"
                " use --full-refresh to rebuild it from there, or another workspace"
            )

    def is_built_from(self, identity: str) -> bool:
        """Whether what is published was built from this source."""
        known = self._state.read(KnownSource)
        return known is not None and is_same_source(known.source, identity)

    def known_columns(self, identity: str) -> dict[str, list[str]] | None:
        """The columns that nothing reads, by entity, as this source's first run found them."""
        kept = self._state.read(SourceColumns)
        return kept.columns if kept is not None and kept.source == identity else None

    def remember_source(self, identity: str, extra_columns: dict[str, list[str]]) -> None:
        """Keep the identity of the source that was published, and what it had at first."""
        if self.known_columns(identity) is None:
            SourceColumns(source=identity, columns=extra_columns).write(self.state)
        KnownSource(source=identity).write(self.state)

    def requested_ranges(self) -> tuple[RequestedRange, ...]:
        """The ranges requested so far, in order."""
        kept = self._state.read(RequestedRanges)
        return () if kept is None else kept.requested()

    def widget_edits(self) -> tuple[WidgetEdit, ...]:
        """What widgets were made through the API so far, in order."""
        kept = self._state.read(WidgetEdits)
        return () if kept is None else kept.made()

    @contextmanager
    def keeping_requested_ranges(
        self, ranges: tuple[RequestedRange, ...], version: Path
    ) -> Iterator[None]:
        """Keep these ranges; the body makes `version`, which has them, the current export."""
        with self._state.changing(RequestedRanges.of(ranges), version):
            yield

    @contextmanager
    def keeping_widget_edits(self, edits: tuple[WidgetEdit, ...], version: Path) -> Iterator[None]:
        """Keep these edits; the body makes `version`, which has them, the current export."""
        with self._state.changing(WidgetEdits.of(edits), version):
            yield

    def keep_history(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Keep what has been reported by now, each file whole; `connection` is the warehouse's."""
        self.state.mkdir(parents=True, exist_ok=True)
        for scratch, path in save_history(connection, self.marts, self.state):
            sync_file(scratch)
            scratch.replace(path)
        sync_folder(self.state)

    def publish_marts(self) -> None:
        """Make the built marts the published ones, in one step."""
        publish(self.next_marts, self.marts, self.scratch, self.limits)
