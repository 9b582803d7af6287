"""Documentation: dbt's pages of the project, in a file that opens without a server or network."""

import os
import subprocess
from pathlib import Path

from orchestration.errors import RunError
from orchestration.installation import dbt_executable, dbt_paths, project_root
from orchestration.workspace.workspace import Workspace


def build_docs(workspace: Workspace) -> Path:
    """The file, made from the project and the tables of a built workspace.

    The caller holds the workspace. Raises `RunError` where it holds no finished run, or dbt fails.
    """
    if not workspace.marts.exists():
        raise RunError(f"{workspace.marts} does not exist: use `loyalty run` first")
    done = subprocess.run(
        [
            *(dbt_executable(), "--quiet", "docs", "generate", "--static"),
            *dbt_paths(workspace.dbt_target),
        ],
        cwd=project_root(),
        env=os.environ | {"LOYALTY_WORKSPACE": str(workspace.root)},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise RunError(f"dbt could not make its documentation:\n{done.stdout}{done.stderr}")
    workspace.docs.parent.mkdir(exist_ok=True)
    return (workspace.dbt_target / "static_index.html").replace(workspace.docs)
