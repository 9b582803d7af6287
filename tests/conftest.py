"""Fixtures that many tests share: the compiled project, and a workspace built by the command."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from datasets import write_dataset
from replay import PROJECT, Replay

Loyalty = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def replay(tmp_path_factory: pytest.TempPathFactory, dirty_source: Path) -> Replay:
    """dbt's compiled SQL, compiled once."""
    return Replay(tmp_path_factory.mktemp("replay"), dirty_source)


@pytest.fixture(scope="session")
def loyalty() -> Loyalty:
    """The command in a process of its own, away from the settings of who runs the tests."""

    def call(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
        command = Path(sys.executable).parent / "loyalty"
        clean = {key: value for key, value in os.environ.items() if "LOYALTY" not in key}
        return subprocess.run(
            [command, *map(str, arguments)],
            cwd=PROJECT,
            env=clean | environment,
            capture_output=True,
            text=True,
            check=False,
        )

    return call


@pytest.fixture(scope="session")
def dirty_source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of CSV files with rows of every reason."""
    directory = tmp_path_factory.mktemp("source")
    write_dataset(directory, seed=0, file_format="csv")
    return directory


@pytest.fixture(scope="session")
def built(
    tmp_path_factory: pytest.TempPathFactory, loyalty: Loyalty, dirty_source: Path
) -> tuple[Path, subprocess.CompletedProcess[str]]:
    """A workspace built by `loyalty run` from the dirty source, for reading, and what it said."""
    workspace = tmp_path_factory.mktemp("built")
    done = loyalty("run", "--workspace", workspace, "--source", f"files:{dirty_source}")
    assert done.returncode == 0, done.stderr + done.stdout
    return workspace, done


@pytest.fixture(scope="session")
def documented(
    built: tuple[Path, subprocess.CompletedProcess[str]],
    loyalty: Loyalty,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """A built workspace with its documentation, for reading."""
    workspace = tmp_path_factory.mktemp("documented") / "workspace"
    shutil.copytree(built[0], workspace, symlinks=True)
    done = loyalty("docs", "--workspace", workspace)
    assert done.returncode == 0, done.stderr
    assert str(workspace / "docs/index.html") in done.stdout
    return workspace


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
