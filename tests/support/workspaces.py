"""What must hold of a workspace after a run that went wrong, and after the next one."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

import duckdb

from api_export.export.manifest import find_faults
from api_export.export.versions import write_export
from orchestration.workspace.workspace import Workspace
from support.commands import call
from support.faulty import FaultyRun, run
from support.replay import PROJECT

CODE = ("api_export", "orchestration", "dbt_project", "dbt_project.yml")
OF_EARLIER_RUNS = [
    "fct_published_figures",
    "fct_published_forecasts",
    "fct_restatements",
    "rpt_restatements",
]
"""The tables that depend on the history of runs."""


class Built(NamedTuple):
    """A workspace that `loyalty run` built, and what the command said."""

    workspace: Path
    done: subprocess.CompletedProcess[str]


def build(workspace: Path, source: Path) -> Built:
    """Build a workspace from a folder of files by the command."""
    done = call("run", "--workspace", workspace, "--source", f"files:{source}")
    assert done.returncode == 0, done.stderr + done.stdout
    return Built(workspace, done)


def move_source(workspace: Path, source: Path) -> None:
    """Let a workspace know its folder of files by another place."""
    content = {"version": 1, "source": f"files:{source}"}
    (workspace / "state" / "source.json").write_text(json.dumps(content))


def copy_project(folder: Path) -> Path:
    """The code of the project in a folder of its own, to make another version of it."""
    folder.mkdir()
    for name in CODE:
        copy = shutil.copytree if (PROJECT / name).is_dir() else shutil.copy2
        copy(PROJECT / name, folder / name)
    return folder


def run_well(faulty: FaultyRun) -> dict[str, float]:
    """Run to the end; how many seconds each stage took."""
    exit_code, seconds = run(faulty)
    assert exit_code == 0, f"the run ended with {exit_code} after {list(seconds)}"
    return seconds


def publish(workspace: Workspace, marts: Path) -> None:
    """What the end of a run does with these marts, where few exports are kept."""
    workspace.root.mkdir(exist_ok=True)
    shutil.copyfile(marts, workspace.next_marts)
    workspace.publish_marts()
    additions = (workspace.requested_ranges(), workspace.widget_edits())
    write_export(workspace.marts, workspace.export, *additions, keep=1)


def assert_old_or_new(root: Path, old: Path | None, new: Path) -> None:
    """Marts and export are each wholly those of one workspace; none is there without an old one."""
    workspace = Workspace(root)
    published = []
    if workspace.marts.exists() or old is not None:
        published = [mart_digests(workspace.marts)]
        assert published[0] in [mart_digests(Workspace(each).marts) for each in (old or new, new)]
    if workspace.current_export.exists() or old is not None:
        assert find_faults(workspace.current_export) == []
        files = read_files(workspace.current_export)
        assert files in [read_files(Workspace(each).current_export) for each in (old or new, new)]


def assert_nothing_left_over(root: Path, clean: Path) -> None:
    """No file lies about that an undisturbed run wouldn't leave; older exports may."""
    names = [
        {
            path.relative_to(folder).as_posix()
            for path in folder.rglob("*")
            if "versions" not in path.parts
        }
        for folder in (root, clean)
    ]
    assert names[0] == names[1]
    assert not [path for path in (root / "export" / "versions").iterdir() if find_faults(path)]


def mart_digests(marts: Path) -> dict[str, tuple]:
    """What every mart and report holds, but for those that tell of earlier runs."""
    with duckdb.connect(str(marts), read_only=True) as connection:
        names = connection.execute(
            "select schema_name || '.' || table_name from duckdb_tables()"
            " where not list_contains($told, table_name) order by all",
            {"told": OF_EARLIER_RUNS},
        ).fetchall()
        return {
            name: connection.execute(
                f"select count(*), bit_xor(hash(rows)), sum(hash(rows)::hugeint) from {name} rows"
            ).fetchone()
            for (name,) in names
        }


def read_files(version: Path) -> dict[str, bytes]:
    """Every file of an export by its path."""
    return {
        path.relative_to(version).as_posix(): path.read_bytes()
        for path in version.rglob("*")
        if path.is_file()
    }


def read_payloads(version: Path) -> dict[str, bytes]:
    """The JSON files of an export, the manifest too, by path: all but the page and the schemas."""
    return {
        path: text
        for path, text in read_files(version).items()
        if path.endswith(".json") and not path.startswith("schemas/")
    }
