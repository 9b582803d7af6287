"""dbt's command: where it is, what it is called with, and how it is ended.

dbt runs as a process of its own. What it must know of a deployment it is given as environment
variables, which the plugin reads; this process's stay as they are. Those that dbt itself would read
are for who calls dbt by hand.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from orchestration.installation import project_root

RUN_PROCESS = "LOYALTY_RUN_PROCESS"
"""The variable that names the process whose run dbt serves, and with which it ends."""
PROGRESS_LOGGER = "Forecasts"
"""The name under which the plugin has dbt log how far long work is."""
ENDS_SECONDS = 10
"""How long dbt has to end after it was asked to."""
OPTION = "DBT_"
"""What the names of variables begin with that dbt reads as its options."""
Process = subprocess.Popen
"""A dbt that works."""


def dbt_executable() -> str:
    """The dbt beside this Python."""
    return shutil.which("dbt", path=str(Path(sys.executable).parent)) or "dbt"


def dbt_command(*arguments: str) -> list[str]:
    """How dbt is called; the folder that it runs in is none to import from."""
    return [sys.executable, "-P", "-m", "orchestration.transform.dbt_main", *arguments]


def dbt_environment(variables: Mapping[str, str]) -> dict[str, str]:
    """This process's environment with these variables laid over it, and no other option of dbt.

    A target, a full refresh, a sample or a state of somebody's own would make another run of it.
    """
    ours = {name: value for name, value in os.environ.items() if not name.startswith(OPTION)}
    return ours | variables


def call_dbt(
    *arguments: str, target: Path, variables: Mapping[str, str]
) -> subprocess.CompletedProcess[str]:
    """Call dbt and wait for it; it writes into the folder `target` alone.

    `variables` are laid over this process's environment. What it printed is in `stdout`; the
    caller looks at the return code.
    """
    return subprocess.run(
        dbt_command(
            *("--quiet", *arguments, "--profiles-dir", "dbt_project"),
            *("--target-path", str(target), "--log-path", str(target)),
        ),
        cwd=project_root(),
        env=dbt_environment(variables),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )


def end_process(process: Process) -> None:
    """Ask a process that still runs to end, then make it."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(ENDS_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
