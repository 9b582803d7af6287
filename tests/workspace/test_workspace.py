"""The workspace's folder: made by who takes its lock, and gone again where that was for nothing."""

from pathlib import Path

import pytest

from orchestration.errors import RunError, SourceError, UsageError
from orchestration.pipeline.dagster_home import make_dagster_home
from orchestration.workspace.workspace import Workspace


def run(workspace: Workspace, error: Exception) -> None:
    with (
        pytest.raises(type(error)),
        workspace.writing("a run"),
        workspace.removed_if_refused(),
    ):
        make_dagster_home(workspace)
        raise error


@pytest.mark.parametrize("error", [SourceError("not there"), UsageError("not so")])
def test_a_new_workspace_is_removed_where_its_first_run_is_refused(
    tmp_path: Path, error: Exception
) -> None:
    workspace = Workspace(tmp_path / "new")
    run(workspace, error)
    assert not workspace.root.exists()


def test_what_a_failed_first_run_leaves_can_be_looked_at(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "new")
    run(workspace, RunError("a test failed"))
    assert workspace.dagster_home.exists()


@pytest.mark.parametrize("name", ["marts.duckdb", "state", "notes.txt"])
def test_a_folder_that_held_anything_before_is_never_removed(tmp_path: Path, name: str) -> None:
    workspace = Workspace(tmp_path)
    (tmp_path / name).mkdir()
    run(workspace, SourceError("not there"))
    assert (tmp_path / name).exists()


def test_a_folder_without_anything_published_is_not_read(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path / "nothing")
    with pytest.raises(UsageError, match="use `loyalty run` first"):
        workspace.check_published()
    assert not workspace.root.exists()
