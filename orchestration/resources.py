"""Dagster resources: the workspace with its lock, the source, and dbt."""

import os
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import duckdb
import filelock
from dagster import ConfigurableResource, InitResourceContext
from dagster_dbt import DbtCliResource, DbtProject
from pydantic import PrivateAttr

from orchestration.compiled import dbt_executable
from orchestration.records import process_tag
from orchestration.settings import Settings
from orchestration.sources import open_source
from orchestration.sources.source import Source
from orchestration.workspace import Workspace, project_root

DEFINITIONS_TARGET = Path("target", "definitions")
"""Below the project: the manifest that Dagster's definitions are made from."""
PARTIAL_PARSE = "partial_parse.msgpack"
"""What spares a new workspace's first run the parsing; dagster-dbt takes it from `target/`."""


class WarehouseResource(ConfigurableResource):
    """The workspace. Whoever holds it is its only writer until his run ends."""

    root: str
    wait_seconds: float = 0
    _workspace: Workspace = PrivateAttr()

    @contextmanager
    def yield_for_execution(self, context: InitResourceContext) -> Iterator["WarehouseResource"]:
        """Take the workspace's lock for the run; `BusyError` where another run keeps it."""
        self._workspace = Workspace(Path(self.root))
        task = "Dagster"
        if context.instance is not None and context.run is not None:
            context.instance.add_run_tags(context.run.run_id, process_tag())
            task = f"Dagster run {context.run.run_id}"
        with self._workspace.writing(task, self.wait_seconds):
            yield self

    @property
    def workspace(self) -> Workspace:
        """The files."""
        return self._workspace

    @contextmanager
    def connect(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """The warehouse, open for writing; `BusyError` where another program keeps it."""
        with self.workspace.connect(self.wait_seconds) as connection:
            yield connection


class SourceOpener:
    """The source of the settings. No configuration: Dagster would show its password."""

    def __init__(self, settings: Settings) -> None:
        """Keep the settings; nothing is opened before a run needs it."""
        self._settings = settings

    @contextmanager
    def open(self, scratch: Path) -> Iterator[Source]:
        """The source, ready to deliver by way of a scratch folder.

        Raises `SourceError` where it can't serve.
        """
        with tempfile.TemporaryDirectory(dir=scratch) as folder:
            yield open_source(self._settings.source, Path(folder), self._settings.mapping)


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
    project = DbtProject(
        project_dir=root, profiles_dir=root / "dbt_project", target_path=DEFINITIONS_TARGET
    )
    manifest = project.manifest_path
    manifest.parent.mkdir(parents=True, exist_ok=True)
    with filelock.FileLock(manifest.with_name(".lock")):
        if _is_stale(manifest, root):
            _parse(root, manifest)
    return project


def _parse(root: Path, manifest: Path) -> None:
    """Have dbt write the manifest; who reads it meanwhile sees the old one or the new one."""
    with tempfile.TemporaryDirectory(dir=manifest.parent) as scratch:
        subprocess.run(
            [
                *(dbt_executable(), "--quiet", "parse", "--profiles-dir", "dbt_project"),
                *("--target-path", scratch),
            ],
            cwd=root,
            check=True,
        )
        Path(scratch, PARTIAL_PARSE).replace(root / "target" / PARTIAL_PARSE)
        Path(scratch, manifest.name).replace(manifest)


def build_dbt(project: DbtProject) -> DbtCliResource:
    """The dbt command of this Python."""
    return LeanDbt(project_dir=project, dbt_executable=dbt_executable())


def _is_stale(manifest: Path, root: Path) -> bool:
    if not manifest.exists():
        return True
    sources = [root / "dbt_project.yml", *(root / "dbt_project").rglob("*")]
    return manifest.stat().st_mtime < max(path.stat().st_mtime for path in sources)
