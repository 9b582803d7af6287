"""Dagster resources: the workspace with its lock, the source, and dbt."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb
from dagster import ConfigurableResource, InitResourceContext
from dagster_dbt import DbtCliResource, DbtProject
from pydantic import PrivateAttr

from orchestration.settings import Settings
from orchestration.sources import Source, open_source
from orchestration.workspace import Workspace, project_root


class WarehouseResource(ConfigurableResource):
    """The workspace. Whoever holds it is its only writer until his run ends."""

    root: str
    _workspace: Workspace = PrivateAttr()

    @contextmanager
    def yield_for_execution(self, context: InitResourceContext) -> Iterator["WarehouseResource"]:
        """Take the workspace's lock for the run; `BusyError` where another run has it."""
        self._workspace = Workspace(Path(self.root))
        with self._workspace.writing(f"Dagster run {context.run_id}"):
            yield self

    @property
    def workspace(self) -> Workspace:
        """The files."""
        return self._workspace

    @contextmanager
    def connect(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """The warehouse, open for writing; timestamps in UTC."""
        with duckdb.connect(str(self.workspace.warehouse)) as connection:
            connection.execute("set timezone = 'UTC'")
            yield connection


class SourceResource(ConfigurableResource):
    """The source behind a URL."""

    url: str

    @contextmanager
    def open(self) -> Iterator[Source]:
        """The source, ready to deliver; raises `SourceError` where it can't serve."""
        with tempfile.TemporaryDirectory(prefix="loyalty-") as scratch:
            yield open_source(self.url, Path(scratch))


class LeanDbt(DbtCliResource):
    """dbt as a process of its own, and only so.

    dagster-dbt would also load dbt's adapter here, to fetch row counts: seconds of imports, and a
    second connection to the warehouse that dbt is writing.
    """

    def _initialize_dbt_core_adapter(self, args: Sequence[str]) -> None:
        """No adapter, as with dbt Fusion."""


def build_dbt_project(settings: Settings) -> DbtProject:
    """The dbt project, with a manifest that is newer than every file it is made of."""
    os.environ["LOYALTY_WORKSPACE"] = str(Workspace(settings.workspace).root)
    root = project_root()
    project = DbtProject(project_dir=root, profiles_dir=root / "dbt_project")
    if _is_stale(project.manifest_path, root):
        subprocess.run(
            [_dbt_executable(), "--quiet", "parse", "--profiles-dir", "dbt_project"],
            cwd=root,
            check=True,
        )
    return project


def build_dbt(project: DbtProject) -> DbtCliResource:
    """The dbt command of this Python."""
    return LeanDbt(project_dir=project, dbt_executable=_dbt_executable())


def _dbt_executable() -> str:
    return shutil.which("dbt", path=str(Path(sys.executable).parent)) or "dbt"


def _is_stale(manifest: Path, root: Path) -> bool:
    if not manifest.exists():
        return True
    sources = [root / "dbt_project.yml", *(root / "dbt_project").rglob("*")]
    return manifest.stat().st_mtime < max(path.stat().st_mtime for path in sources)
