"""Documentation: dbt's pages of the project, in a file that opens without a server or network."""

from pathlib import Path

from orchestration.deployment import Deployment
from orchestration.errors import RunError
from orchestration.transform.dbt_command import call_dbt
from orchestration.transform.manifest import drop_older_parse


def build_docs(deployment: Deployment) -> Path:
    """The file, made from the project and the tables of a built workspace.

    The caller holds the workspace. Raises `RunError` where it holds no finished run, or dbt fails.
    """
    workspace = deployment.workspace
    if not workspace.marts.exists():
        raise RunError(f"{workspace.marts} does not exist: use `loyalty run` first")
    drop_older_parse(workspace.dbt_target)
    done = call_dbt(
        *("docs", "generate", "--static"),
        target=workspace.dbt_target,
        variables=deployment.environment(),
    )
    if done.returncode != 0:
        raise RunError(f"dbt could not make its documentation:\n{done.stdout}")
    workspace.docs.parent.mkdir(exist_ok=True)
    return (workspace.dbt_target / "static_index.html").replace(workspace.docs)
