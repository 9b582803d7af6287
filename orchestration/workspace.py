"""The workspace: the folder that holds all a run makes, who may write it, what outlives runs."""

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import duckdb
import filelock

from api_export.reports import AskedRange
from api_export.writer import sync_folder
from orchestration.errors import BusyError, RunError, UsageError
from orchestration.history import save_history

DAGSTER_YAML = """\
telemetry:
  enabled: false
python_logs:
  managed_python_loggers: [orchestration]
  python_log_level: INFO
concurrency:
  runs:
    max_concurrent_runs: 1
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
        self.dbt_target = self.root / "dbt"
        self.docs = self.root / "docs" / "index.html"
        self.dagster_home = self.root / "dagster"
        self.state = self.root / "state"
        self._lock = self.root / ".lock"
        self._holder = self.root / ".lock-holder"

    @contextmanager
    def writing(self, task: str) -> Iterator[None]:
        """Be the one writer for a while; `BusyError` names the writer that there is."""
        try:
            self.root.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(f"the workspace {self.root} can't be made: {error.strerror}") from None
        lock = filelock.FileLock(self._lock)
        try:
            lock.acquire(timeout=0)
        except filelock.Timeout:
            raise BusyError(
                f"the workspace {self.root} is being written by {self._read_holder()};"
                " wait until that is done, or use another workspace"
            ) from None
        try:
            self._holder.write_text(f"{task} (process {os.getpid()})")
            yield
        finally:
            self._holder.unlink(missing_ok=True)
            lock.release()

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
            config.write_text(DAGSTER_YAML)
        return self.dagster_home

    def check_source(self, identity: str, *, is_full_refresh: bool) -> None:
        """Raise `UsageError` for a source other than the one that the workspace was built from."""
        known = self._read("source.json")
        if known is not None and known != identity and not is_full_refresh:
            raise UsageError(
                f"the workspace {self.root} holds the source {known}, not {identity};"
                " use --full-refresh to rebuild it from there, or another workspace"
            )

    def remember_source(self, identity: str) -> None:
        """Keep the identity of the source that the workspace holds."""
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

    def _read(self, name: str) -> object | None:
        path = self.state / name
        if not path.exists():
            return None
        try:
            return json.loads(path.read_text())
        except ValueError:
            raise RunError(
                f"{path} is damaged; restore it from a backup, or delete it to lose what it keeps"
            ) from None

    def _write(self, name: str, content: object) -> None:
        self.state.mkdir(parents=True, exist_ok=True)
        replace_file(self.state / name, json.dumps(content, indent=2).encode() + b"\n")

    def keep_history(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Keep what has been reported by now, each file whole; `connection` is the warehouse's."""
        self.state.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self.state) as scratch:
            for path in save_history(connection, self.marts, Path(scratch)):
                sync_file(path)
                path.replace(self.state / path.name)
        sync_folder(self.state)

    def publish_marts(self) -> None:
        """Make the built marts the published ones, in one step.

        Copies, syncs and renames; open readers keep the file that they have. A `.wal` that lies
        beside the published file belongs to none and would make the new one unreadable.
        """
        stray = self.next_marts.with_name(f"{self.next_marts.name}.wal")
        if stray.exists():
            raise RunError(f"{stray} is left over: the marts were not closed; run again")
        copy = self.marts.with_name(f".{self.marts.name}")
        shutil.copyfile(self.next_marts, copy)
        sync_file(copy)
        self.marts.with_name(f"{self.marts.name}.wal").unlink(missing_ok=True)
        copy.replace(self.marts)
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
