"""A new version of the project on an old workspace: the next run makes anew what it shapes."""

import shutil
import subprocess
from pathlib import Path

from support.commands import LOYALTY, clean_environment
from support.replay import PROJECT
from support.workspaces import copy_project, read_files


def test_changed_code_of_the_export_leaves_the_marts_as_they_are(
    workspace: Path, dirty_source: Path, tmp_path: Path
) -> None:
    project = copy_project(tmp_path / "project")
    if (PROJECT / "target").exists():  # dbt's manifest of the same models
        shutil.copytree(PROJECT / "target", project / "target")
    style = project / "api_export" / "page" / "style.css"
    style.write_text(style.read_text() + "\n/* another version */\n")
    schemas = project / "api_export" / "payloads" / "schemas.py"
    schemas.write_text(schemas.read_text().replace("A tenant of", "Another tenant of"))

    def call(*arguments: str) -> str:
        done = subprocess.run(
            [LOYALTY, *arguments, "--workspace", workspace, "--source", f"files:{dirty_source}"],
            cwd=project,
            env=clean_environment(PYTHONPATH=str(project)),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return " ".join(done.stdout.replace("│", " ").split())

    marts, current = workspace / "marts.duckdb", workspace / "export" / "current"
    before = (marts.stat().st_ino, read_files(current))

    told = call("run")

    assert "nothing changed but the export's code" in told and "written anew" in told
    assert marts.stat().st_ino == before[0]
    after = read_files(current)
    changed = {path for path in after if after[path] != before[1].get(path)}
    assert b"Another tenant of" in after["schemas/websites.json"]
    assert {"schemas/websites.json", "manifest.json"} <= changed
    assert not [path for path in changed if "/api/v1/" in path]
    assert "differ" not in call("check")
    assert "nothing changed since the last run" in call("run")
    assert read_files(current) == after
