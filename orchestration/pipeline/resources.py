"""Dagster resources: the workspace with its lock, the source, and dbt."""

import os
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

import duckdb
import filelock
from dagster import ConfigurableResource, InitResourceContext
from packaging.version import Version
from pydantic import PrivateAttr

from orchestration.installation import dbt_executable, dbt_paths, is_checkout, project_root
from orchestration.pipeline.dagster_dbt_alone import (
    DbtCliInvocation,
    DbtCliResource,
    DbtProject,
)
from orchestration.pipeline.run_records import tag_holder, tag_run
from orchestration.settings import Settings
from orchestration.sources import open_source
from orchestration.sources.base import Source
from orchestration.transform.build_fingerprints import project_fingerprint
from orchestration.workspace.workspace import Workspace

PARTIAL_PARSE = "partial_parse.msgpack"
"""What spares a first run the parsing; dagster-dbt takes it from `target/` of a checkout."""
ENDS_SECONDS = 10
FINGERPRINT = "fingerprint"
"""The file that tells from which project the manifest beside it was made."""


class WarehouseResource(ConfigurableResource):
    """The workspace. Whoever holds it is its only writer until his run ends."""

    root: str
    wait_seconds: float = 0
    _workspace: Workspace = PrivateAttr()

    @contextmanager
    def yield_for_execution(self, context: InitResourceContext) -> Iterator["WarehouseResource"]:
        """Take the workspace's lock for the run; `BusyError` where another run keeps it."""
        self._workspace = Workspace(Path(self.root))
        if context.instance is None or context.run is None:
            with self._workspace.writing("Dagster", self.wait_seconds):
                yield self
            return
        instance, run_id = context.instance, context.run.run_id
        tag_run(instance, run_id, self._workspace, self.wait_seconds)
        with self._workspace.writing(f"Dagster run {run_id}", self.wait_seconds):
            tag_holder(instance, run_id)
            try:
                yield self
            finally:
                tag_run(instance, run_id, self._workspace)

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
            yield open_source(
                self._settings.source,
                Path(folder),
                self._settings.mapping,
                self._settings.source_timeout_seconds,
            )


class LeanDbt(DbtCliResource):
    """dbt as a process of its own, and only so; it ends with the run that it serves.

    dagster-dbt would also load dbt's adapter here, to fetch row counts, and start dbt once more, to
    ask for its version: seconds of imports, and a second connection to the warehouse that dbt is
    writing.
    """

    _process: subprocess.Popen | None = PrivateAttr(default=None)

    @property
    def _cli_version(self) -> Version:
        """The version of dbt, which is installed beside this code."""
        return Version(version("dbt-core"))

    def _initialize_dbt_core_adapter(self, args: Sequence[str]) -> None:
        """No adapter, as with dbt Fusion."""

    def cli(self, *arguments: Any, **options: Any) -> DbtCliInvocation:
        """Start dbt."""
        invocation = super().cli(*arguments, **options)
        self._process = invocation.process
        return invocation

    def teardown_after_execution(self, context: InitResourceContext) -> None:
        """End a dbt that still works: its run was stopped while nobody listened to it."""
        if self._process is not None:
            end_process(self._process)


def end_process(process: subprocess.Popen) -> None:
    """Ask a process that still runs to end, then make it."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(ENDS_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def build_dbt_project(settings: Settings) -> DbtProject:
    """The dbt project, with a manifest that was made of every file as it is now."""
    workspace = Workspace(settings.workspace)
    os.environ["LOYALTY_WORKSPACE"] = str(workspace.root)
    root = project_root()
    build = root / "target" if is_checkout() else workspace.dbt_target
    project = DbtProject(
        project_dir=root, profiles_dir=root / "dbt_project", target_path=build / "definitions"
    )
    manifest = project.manifest_path
    manifest.parent.mkdir(parents=True, exist_ok=True)
    with filelock.FileLock(manifest.with_name(".lock")):
        made_of, now = manifest.with_name(FINGERPRINT), project_fingerprint()
        if not (manifest.exists() and made_of.exists() and made_of.read_text() == now):
            _parse(root, build, manifest)
            made_of.write_text(now)
    return project


def _parse(root: Path, build: Path, manifest: Path) -> None:
    """Have dbt write the manifest; who reads it meanwhile sees the old one or the new one."""
    with tempfile.TemporaryDirectory(dir=manifest.parent) as scratch:
        subprocess.run(
            [dbt_executable(), "--quiet", "parse", *dbt_paths(Path(scratch))], cwd=root, check=True
        )
        Path(scratch, PARTIAL_PARSE).replace(build / PARTIAL_PARSE)
        Path(scratch, manifest.name).replace(manifest)


def build_dbt(project: DbtProject) -> DbtCliResource:
    """The dbt command of this Python."""
    return LeanDbt(project_dir=project, dbt_executable=dbt_executable())
