"""The workspace: the folder that holds all a run makes, who may write it, what outlives runs."""

import json
import logging
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path

import duckdb
import filelock

from api_export.files import sync_folder
from api_export.reports import AskedRange, WidgetEdit
from orchestration.errors import BusyError, RunError, UsageError, damaged_state
from orchestration.history import save_history
from orchestration.warehouse import POLL_SECONDS, compact, connect, find_damage, wal_of

log = logging.getLogger(__name__)

PUBLISHED_MODE = 0o444
"""Nobody can open the published marts for writing by mistake: his `.wal` would spoil them."""
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

    @contextmanager
    def writing(self, task: str, wait_seconds: float = 0) -> Iterator[None]:
        """Be the one writer for a while; who holds the workspace already keeps it.

        Another writer is waited for as long as told, then `BusyError` names him. What a killed
        writer left half-done is removed. Raises `UsageError` where the folder can't be written.
        """
        try:
            self.root.mkdir(parents=True, exist_ok=True)
            lock = filelock.FileLock(self._lock, is_singleton=True)
            is_held = lock.is_locked
            self._acquire(lock, wait_seconds)
        except OSError as error:
            raise UsageError(
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
        known = self._read("source.json")
        if known is not None and known != identity and not is_full_refresh:
            raise UsageError(
                f"the workspace {self.root} holds the source {known}, not {identity};"
                " use --full-refresh to rebuild it from there, or another workspace"
            )

    def known_columns(self, identity: str) -> dict[str, list[str]] | None:
        """The columns that nothing reads, by entity, as this source's first run found them."""
        kept = self._read("source_columns.json")
        return kept["columns"] if kept is not None and kept["source"] == identity else None

    def remember_source(self, identity: str, extra_columns: dict[str, list[str]]) -> None:
        """Keep the identity of the source that the workspace holds, and what it had at first."""
        if self.known_columns(identity) is None:
            self._write("source_columns.json", {"source": identity, "columns": extra_columns})
        self._write("source.json", identity)

    def asked_ranges(self) -> tuple[AskedRange, ...]:
        """The ranges asked for so far, in order."""
        kept = self._read("asked_ranges.json") or []
        return tuple(
            (website_id, date.fromisoformat(date_from), date.fromisoformat(date_to))
            for website_id, date_from, date_to in kept
        )

    def keep_asked_range(self, asked: AskedRange) -> None:
        """Add a range to those asked for."""
        ranges = sorted({*self.asked_ranges(), asked})
        self._write(
            "asked_ranges.json",
            [(website, str(date_from), str(date_to)) for website, date_from, date_to in ranges],
        )

    def widget_edits(self) -> tuple[WidgetEdit, ...]:
        """What widgets were made through the API so far, in order."""
        return tuple(WidgetEdit(**edit) for edit in self._read("widget_edits.json") or [])

    def keep_widget_edit(self, edit: WidgetEdit) -> None:
        """Make an edit the one of its widget."""
        edits = {kept[:2]: kept for kept in (*self.widget_edits(), edit)}
        self._write("widget_edits.json", [edits[key]._asdict() for key in sorted(edits)])

    def _read(self, name: str) -> object | None:
        path = self.state / name
        if not path.exists():
            return None
        try:
            return json.loads(path.read_text())
        except ValueError:
            raise damaged_state(path) from None

    def _write(self, name: str, content: object) -> None:
        self.state.mkdir(parents=True, exist_ok=True)
        replace_file(self.state / name, json.dumps(content, indent=2).encode() + b"\n")

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


def replace_file(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    scratch = path.with_name(f".{path.name}")
    scratch.write_bytes(content)
    sync_file(scratch)
    scratch.replace(path)
    sync_folder(path.parent)


def sync_file(path: Path) -> None:
    """Make sure that a file's content is on the disk."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def project_root() -> Path:
    """The folder of `dbt_project.yml`, from which dbt runs."""
    root = Path(__file__).parent.parent
    if not (root / "dbt_project.yml").exists():
        raise UsageError(
            f"{root} holds no dbt_project.yml: install the project from its own folder,"
            f" with {sys.executable} -m pip install --editable ."
        )
    return root
