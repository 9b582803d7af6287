"""Served workspaces, to read and to write to."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from support.datasets import mid_history
from support.replay import DEFAULTS, Replay
from support.servers import TOKEN, Serving, serve, with_few_websites
from support.workspaces import publish

from orchestration.workspace.workspace import Workspace


@pytest.fixture(scope="session")
def earlier_marts(
    tmp_path_factory: pytest.TempPathFactory, replay: Replay, dirty_source: Path
) -> Path:
    """The same, with every figure as of an earlier date."""
    path = tmp_path_factory.mktemp("earlier") / "marts.duckdb"
    replay.build(dirty_source, path, replace(DEFAULTS, as_of=mid_history()))
    return with_few_websites(path, path.with_name("few.duckdb"))


@pytest.fixture(scope="session")
def serving(tmp_path_factory: pytest.TempPathFactory, marts: Path) -> Iterator[Serving]:
    """A served workspace for reading."""
    workspace = Workspace(tmp_path_factory.mktemp("serving") / "it's a workspace")
    publish(workspace, marts)
    with serve(workspace, LOYALTY_ADMIN_TOKEN=TOKEN, LOYALTY_CACHE_SECONDS="5") as started:
        yield started


@pytest.fixture
def own(tmp_path: Path, few_marts: Path) -> Iterator[Serving]:
    """A served workspace to write to."""
    workspace = Workspace(tmp_path / "own")
    publish(workspace, few_marts)
    with serve(workspace, LOYALTY_ADMIN_TOKEN=TOKEN) as started:
        yield started
