"""Dagster's home: the folder where it keeps its runs, which the command and its pages share.

As a program it makes the home of the workspace that it is given, and prints it.
"""

import os
import sys
from pathlib import Path

from orchestration.errors import UsageError
from orchestration.workspace.durable_files import replace_file
from orchestration.workspace.workspace import Workspace

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


def find_dagster_home(workspace: Workspace) -> str:
    """The home that DAGSTER_HOME names, else the workspace's own, which is made either way.

    Raises `UsageError` where DAGSTER_HOME isn't the absolute path of a folder.
    """
    own = make_dagster_home(workspace)
    home = Path(os.environ.get("DAGSTER_HOME") or own).expanduser()
    if not (home.is_absolute() and home.is_dir()):
        raise UsageError(f"DAGSTER_HOME, {str(home)!r}, isn't the absolute path of a folder")
    return str(home)


def make_dagster_home(workspace: Workspace) -> str:
    """The folder in a workspace; made and configured once."""
    workspace.dagster_home.mkdir(parents=True, exist_ok=True)
    config = workspace.dagster_home / "dagster.yaml"
    if not config.exists():
        replace_file(config, DAGSTER_YAML.encode())
    return str(workspace.dagster_home)


if __name__ == "__main__":
    print(make_dagster_home(Workspace(Path(sys.argv[1]))))
