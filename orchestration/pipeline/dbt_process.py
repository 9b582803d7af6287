"""dbt as Dagster runs it: a process of its own, which ends with the run that it serves."""

import os
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from dagster import AssetExecutionContext, InitResourceContext
from packaging.version import Version
from pydantic import PrivateAttr

from orchestration.deployment import Deployment
from orchestration.installation import is_checkout, project_root
from orchestration.pipeline.dagster_dbt_alone import (
    DagsterDbtTranslator,
    DbtCliInvocation,
    DbtCliResource,
    DbtProject,
    get_updated_cli_invocation_params_for_context,
)
from orchestration.transform.dbt_command import (
    RUN_PROCESS,
    Process,
    dbt_command,
    dbt_environment,
    dbt_executable,
    end_process,
)
from orchestration.transform.manifest import refresh_manifest


class DbtProcess(DbtCliResource):
    """Starts dbt with an environment of its own, and ends it at the latest with the run.

    dagster-dbt's `cli` would hand on this process's environment, and load dbt's adapter here to
    fetch row counts: seconds of imports, and a second connection to the warehouse that dbt writes.
    """

    _process: Process | None = PrivateAttr(default=None)

    def start(
        self,
        context: AssetExecutionContext,
        arguments: Sequence[str],
        target: Path,
        variables: dict[str, str],
    ) -> DbtCliInvocation:
        """Start dbt on the assets that a step selects, writing into the folder `target`.

        `variables` are those of its environment. Whether it succeeds is for the caller to ask.
        """
        chosen = get_updated_cli_invocation_params_for_context(
            context=context,
            manifest={},
            dagster_dbt_translator=DagsterDbtTranslator(),
        )
        project = chosen.dbt_project or self
        environment = dbt_environment(
            {
                **variables,
                RUN_PROCESS: str(os.getpid()),
                "DBT_LOG_FORMAT": "json",
                # Dagster keeps what dbt says; its own debug log, for who asks for one, and its JSON
                # files would take a fifth of a build.
                "DBT_LOG_LEVEL_FILE": os.environ.get("DBT_LOG_LEVEL_FILE", "none"),
                "DBT_LOG_PATH": str(target),
                "DBT_PROFILES_DIR": str(project.profiles_dir),
                "DBT_PROJECT_DIR": str(project.project_dir),
                "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
                "DBT_TARGET_PATH": str(target),
                "DBT_WRITE_JSON": "false",
                "PYTHONUNBUFFERED": "1",
            }
        )
        if chosen.indirect_selection:
            environment["DBT_INDIRECT_SELECTION"] = chosen.indirect_selection
        invocation = DbtCliInvocation.run(
            args=dbt_command(*arguments, *chosen.selection_args),
            env=environment,
            manifest=chosen.manifest,
            dagster_dbt_translator=chosen.dagster_dbt_translator,
            project_dir=Path(project.project_dir),
            target_path=target,
            raise_on_error=False,
            context=context,
            adapter=None,
            cli_version=Version(version("dbt-core")),
            dbt_project=chosen.dbt_project,
        )
        self._process = invocation.process
        return invocation

    def teardown_after_execution(self, context: InitResourceContext) -> None:
        """End a dbt that still works: its run was stopped while nobody listened to it."""
        if self._process is not None:
            end_process(self._process)


def build_dbt_project(deployment: Deployment) -> DbtProject:
    """The dbt project, with a manifest that was made of every file as it is now."""
    root = project_root()
    build = root / "target" if is_checkout() else deployment.workspace.dbt_target
    project = DbtProject(
        project_dir=root, profiles_dir=root / "dbt_project", target_path=build / "definitions"
    )
    refresh_manifest(project.manifest_path, build)
    return project


def build_dbt(project: DbtProject) -> DbtProcess:
    """The dbt command of this Python."""
    return DbtProcess(project_dir=project, dbt_executable=dbt_executable())
