"""The dbt project on its own: its unit tests, and `dbt build` without our command."""

import os
import subprocess
import sys
from pathlib import Path

from support.replay import PROJECT


def dbt(workspace: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [Path(sys.executable).parent / "dbt", *arguments, "--profiles-dir", "dbt_project"],
        cwd=PROJECT,
        env=os.environ
        | {"LOYALTY_WORKSPACE": str(workspace), "DBT_TARGET_PATH": str(workspace / "target")},
        capture_output=True,
        text=True,
        check=False,
    )


def test_unit_tests_and_a_plain_build(workspace: Path) -> None:
    done = dbt(workspace, "build")
    assert done.returncode == 0, done.stdout
    assert "Deprecat" not in done.stdout
    assert "unit_test" in done.stdout or "unit test" in done.stdout, done.stdout[-2000:]
