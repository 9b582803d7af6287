"""Dagster's resources: the lock of the workspace, and dbt."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dagster import ConfigurableResource, InitResourceContext

from orchestration.pipeline.dagster_runs import tag_holder, tag_run
from orchestration.workspace.workspace import Workspace

LOCK = "workspace_lock"
"""The key of `WorkspaceLock`, which every step of a run requires."""
DBT = "dbt"
"""The key of the resource that starts dbt."""


class WorkspaceLock(ConfigurableResource):
    """The lock of a workspace: a run holds it from its first step to its end."""

    root: str
    wait_seconds: float = 0

    @contextmanager
    def yield_for_execution(self, context: InitResourceContext) -> Iterator["WorkspaceLock"]:
        """Take the lock for the run; `BusyError` where another run keeps it."""
        workspace = Workspace(Path(self.root))
        if context.instance is None or context.run is None:
            with workspace.writing("Dagster", self.wait_seconds):
                yield self
            return
        instance, run_id = context.instance, context.run.run_id
        tag_run(instance, run_id, workspace, self.wait_seconds)
        with workspace.writing(f"Dagster run {run_id}", self.wait_seconds):
            tag_holder(instance, run_id)
            try:
                yield self
            finally:
                tag_run(instance, run_id, workspace)
