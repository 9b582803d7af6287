"""The workspace: the folder that holds all a run makes, who may write it, what outlives runs."""

import logging
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import duckdb
import filelock

from api_export.fsync import sync_folder
from api_export.payloads.additions import RequestedRange, WidgetEdit
from orchestration.errors import BusyError, LoyaltyError, RunError, UnwritableError, UsageError
from orchestration.workspace.database_files import (
    POLL_SECONDS,
    compact,
    connect,
    find_damage,
    wal_of,
)
from orchestration.workspace.durable_files import replace_file, sync_file
from orchestration.workspace.report_history import save_history
from orchestration.workspace.state_files import (
    KnownSource,
    RequestedRanges,
    SourceColumns,
    StateFile,
    WidgetEdits,
)

log = logging.getLogger(__name__)

Kept = TypeVar("Kept", bound=StateFile)

PUBLISHED_MODE = 0o444
"""Nobody can open the published marts for writing by mistake: his `.wal` would spoil them."""
LOCKED = {".lock", ".lock-holder", "scratch"}
"""All that a workspace has when it is made by who takes its lock."""
BEFORE = "before-"
"""Begins the names of what files of `state/` held before their change was exported."""
MOST_FREE = 0.2
"""The share of the published marts that may be free blocks: less is cheaper copied than gone."""
DAGSTER_YAML = """\
telemetry:
  enabled: false
python_logs:
  managed_python_loggers: [orchestration]
  python_log_level: INFO
concurrency:
  runs:
    max_concurrent_runs: 1
run_monitoring:
  enabled: true
  max_runtime_seconds: 86400
retention:
  schedule:
    purge_after_days: 30
  sensor:
    purge_after_days: 7
"""


class Workspace:
    """The files of a workspace, by their roles."""

    def __init__(self, root: Path) -> None:
        """Name the files; nothing is made before a run needs it."""
        self.root = root.expanduser().absolute()
        self.warehouse = self.root / "warehouse.duckdb"
        self.next_marts = self.root / "marts_next.duckdb"
        self.marts = self.root / "marts.duckdb"
        self.export = self.root / "export"
        self.current_export = self.export / "current"
        self.status = self.export / "status.json"
        self.scratch = self.root / "scratch"
        self.dbt_target = self.root / "dbt"
        self.docs = self.root / "docs" / "index.html"
        self.dagster_home = self.root / "dagster"
        self.state = self.root / "state"
        self._lock = self.root / ".lock"
        self._holder = self.root / ".lock-holder"
        self._marts_copy = self.root / ".marts.duckdb"

    def check_published(self) -> None:
        """Raise `UsageError` where no run has published anything yet; nothing is made there."""
        if not (self.marts.exists() or self.current_export.exists()):
            raise UsageError(f"{self.root} has nothing published yet: use `loyalty run` first")

    @contextmanager
    def writing(self, task: str, wait_seconds: float = 0) -> Iterator[None]:
        """Be the one writer for a while; who holds the workspace already keeps it.

        Another writer is waited for as long as told, then `BusyError` names him. What a killed
        writer left half-done is undone. Raises `UnwritableError` where the folder can't be written.
        """
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            lock = filelock.FileLock(self._lock, is_singleton=True)
            is_held = lock.is_locked
            self._acquire(lock, wait_seconds)
        except OSError as error:
            raise UnwritableError(
                f"the workspace {self.root} can't be written: {error.strerror}"
            ) from None
        try:
            if not is_held:
                self._holder.write_text(f"{task} (process {os.getpid()})")
                self._remove_leftovers()
            yield
        finally:
            if not is_held:
                self._holder.unlink(missing_ok=True)
            lock.release()

    @contextmanager
    def leaving_nothing_refused(self) -> Iterator[None]:
        """Remove a workspace that is new and whose first run can't use what it was given.

        The caller holds it.
        """
        is_new = {path.name for path in self.root.iterdir()} <= LOCKED
        try:
            yield
        except LoyaltyError as error:
            if is_new and error.exit_code == UsageError.exit_code:
                shutil.rmtree(self.root, ignore_errors=True)
            raise

    def _acquire(self, lock: filelock.BaseFileLock, wait_seconds: float) -> None:
        try:
            lock.acquire(timeout=0)
        except filelock.Timeout:
            busy = f"the workspace {self.root} is being written by {self._read_holder()}"
            try:
                if wait_seconds:
                    log.warning("%s; waiting up to %g seconds", busy, wait_seconds)
                lock.acquire(timeout=wait_seconds, poll_interval=POLL_SECONDS)
            except filelock.Timeout:
                raise BusyError(
                    f"{busy}; wait until that is done, or use another workspace"
                ) from None

    def _remove_leftovers(self) -> None:
        """Remove what only a killed writer leaves behind; what is in use is never there."""
        shutil.rmtree(self.scratch, ignore_errors=True)
        self.scratch.mkdir()
        self._marts_copy.unlink(missing_ok=True)
        for scratch in self.state.glob(".*"):
            scratch.unlink()
        self._settle()

    def remove_old_damaged(self, before: datetime) -> None:
        """Remove the files that were set aside before an instant."""
        for path in self.root.glob("*.damaged-*"):
            if path.stat().st_mtime < before.timestamp():
                path.unlink()

    def _read_holder(self) -> str:
        try:
            return self._holder.read_text()
        except OSError:
            return "another process"

    def make_dagster_home(self) -> Path:
        """The folder where Dagster keeps its records; made and configured once."""
        self.dagster_home.mkdir(parents=True, exist_ok=True)
        config = self.dagster_home / "dagster.yaml"
        if not config.exists():
            replace_file(config, DAGSTER_YAML.encode())
        return self.dagster_home

    @contextmanager
    def connect(self, wait_seconds: float = 0) -> Iterator[duckdb.DuckDBPyConnection]:
        """The warehouse, open for writing; `BusyError` where another program keeps it so long."""
        with connect(self.warehouse, self.scratch, wait_seconds) as connection:
            yield connection

    def set_aside_damaged(self, *, thorough: bool = False) -> str | None:
        """Set aside a working file that can't be opened, or `thorough`ly read; says which and why.

        The working files hold nothing that the source and `state/` can't give back.
        """
        told = []
        for path in (self.warehouse, self.next_marts):
            damage = find_damage(path, thorough=thorough) if path.exists() else None
            if damage is not None:
                aside = path.with_name(f"{path.name}.damaged-{datetime.now():%Y%m%dT%H%M%S}")
                for old in path.parent.glob(f"{path.name}.damaged-*"):
                    old.unlink()
                path.replace(aside)
                wal_of(path).unlink(missing_ok=True)
                told.append(f"{path.name} was damaged ({damage}) and is set aside as {aside.name}")
        return "; ".join(told) or None

    def check_source(self, identity: str, *, is_full_refresh: bool) -> None:
        """Raise `UsageError` for a source other than the one that the workspace was built from."""
        known = self._read(KnownSource)
        if known is not None and not self.holds(identity) and not is_full_refresh:
            raise UsageError(
                f"the workspace {self.root} holds the source {known.source}, not {identity};"
                " use --full-refresh to rebuild it from there, or another workspace"
            )

    def holds(self, identity: str) -> bool:
        """Whether what is published was built from this source."""
        from orchestration.sources.databases.url import is_same_database

        known = self._read(KnownSource)
        return known is not None and is_same_database(known.source, identity)

    def known_columns(self, identity: str) -> dict[str, list[str]] | None:
        """The columns that nothing reads, by entity, as this source's first run found them."""
        kept = self._read(SourceColumns)
        return kept.columns if kept is not None and kept.source == identity else None

    def remember_source(self, identity: str, extra_columns: dict[str, list[str]]) -> None:
        """Keep the identity of the source that was published, and what it had at first."""
        if self.known_columns(identity) is None:
            SourceColumns(source=identity, columns=extra_columns).write(self.state)
        KnownSource(source=identity).write(self.state)

    def requested_ranges(self) -> tuple[RequestedRange, ...]:
        """The requested ranges so far, in order."""
        kept = self._read(RequestedRanges)
        return () if kept is None else kept.requested()

    def widget_edits(self) -> tuple[WidgetEdit, ...]:
        """What widgets were made through the API so far, in order."""
        kept = self._read(WidgetEdits)
        return () if kept is None else kept.made()

    @contextmanager
    def keeping_requested_ranges(
        self, ranges: tuple[RequestedRange, ...], version: Path
    ) -> Iterator[None]:
        """Keep these ranges; the body makes `version`, which has them, the current export."""
        with self._keeping(RequestedRanges.of(ranges), version):
            yield

    @contextmanager
    def keeping_widget_edits(self, edits: tuple[WidgetEdit, ...], version: Path) -> Iterator[None]:
        """Keep these edits; the body makes `version`, which has them, the current export."""
        with self._keeping(WidgetEdits.of(edits), version):
            yield

    @contextmanager
    def _keeping(self, content: StateFile, version: Path) -> Iterator[None]:
        """Change a file of `state/` and the current export in one step, or neither.

        The switch of the export is that step. Until then the file's content from before lies
        beside it and counts; who is stopped before it leaves the undoing to the next writer.
        """
        path = self.state / content.file_name
        self.state.mkdir(parents=True, exist_ok=True)
        before = self.state / f"{BEFORE}{version.name}-{path.name}"
        replace_file(before, path.read_bytes() if path.exists() else b"")
        try:
            content.write(self.state)
            yield
        finally:
            self._settle()

    def _settle(self) -> None:
        """Undo the changes of `state/` that were not exported, and forget what was before others.

        Undoing is a rename, for which a full disk has room.
        """
        for before in self.state.glob(f"{BEFORE}*"):
            path = self.state / before.name.rpartition("-")[2]
            if self._is_exported(before):
                before.unlink()
            elif before.stat().st_size:
                before.replace(path)
            else:
                path.unlink(missing_ok=True)
                before.unlink()
            sync_folder(self.state)

    def _is_exported(self, before: Path) -> bool:
        """Whether the change is done that followed what was `before`: its export is current."""
        version = before.name.removeprefix(BEFORE).rpartition("-")[0]
        return self.current_export.resolve().name == version

    def _read(self, kind: type[Kept]) -> Kept | None:
        """A file of `state/` as the current export knows it; none where there is none."""
        try:
            for before in self.state.glob(f"{BEFORE}*-{kind.file_name}"):
                if not self._is_exported(before):
                    return kind.read(before) if before.stat().st_size else None
        except FileNotFoundError:  # its writer has just come to the end
            return self._read(kind)
        return kind.read(self.state / kind.file_name)

    def keep_history(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Keep what has been reported by now, each file whole; `connection` is the warehouse's."""
        self.state.mkdir(parents=True, exist_ok=True)
        for scratch, path in save_history(connection, self.marts, self.state):
            sync_file(scratch)
            scratch.replace(path)
        sync_folder(self.state)

    def publish_marts(self) -> None:
        """Make the built marts the published ones, in one step.

        Checkpoints, compacts, copies, syncs and renames; open readers keep the file that they have.
        A `.wal` beside the published file belongs to none, and DuckDB would replay it into the new
        one.
        """
        with duckdb.connect(str(self.next_marts)) as connection:
            connection.execute("checkpoint")
        stray = wal_of(self.next_marts)
        if stray.exists():
            raise RunError(f"{stray} is left over: the marts were not closed; run again")
        compact(self.next_marts, self.scratch, MOST_FREE)
        try:
            shutil.copyfile(self.next_marts, self._marts_copy)
            self._marts_copy.chmod(PUBLISHED_MODE)
            sync_file(self._marts_copy)
            wal_of(self.marts).unlink(missing_ok=True)
            self._marts_copy.replace(self.marts)
        finally:
            self._marts_copy.unlink(missing_ok=True)
        sync_folder(self.root)
