"""A wheel that was built from the checkout works anywhere, and writes into its workspace alone."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from support.commands import clean_environment
from support.replay import PROJECT
from support.workspaces import Built, copy_project, read_files

from orchestration.sources.contract import ENTITIES

Installed = Callable[..., subprocess.CompletedProcess[str]]
BUILD = ("MANIFEST.in", "README.md", "pyproject.toml", "setup.py")


def _pip(*arguments: object) -> None:
    subprocess.run(
        [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments],
        check=True,
    )


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which the wheel of the checkout is installed."""
    folder = tmp_path_factory.mktemp("wheel")
    project = copy_project(folder / "project")
    for name in BUILD:
        (project / name).write_bytes((PROJECT / name).read_bytes())
    offline = ("--no-deps", "--no-index")
    _pip("wheel", *offline, "--no-build-isolation", "--wheel-dir", folder, project)
    (wheel,) = folder.glob("*.whl")
    _pip("install", *offline, "--target", folder / "site", wheel)
    return folder / "site"


@pytest.fixture
def installed(site: Path, tmp_path: Path) -> Installed:
    """The installed command, called in an empty folder by a user with a home of their own."""
    (tmp_path / "empty").mkdir()

    def call(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
        home = {"HOME": str(tmp_path / "home"), "XDG_DATA_HOME": str(tmp_path / "home" / "data")}
        return subprocess.run(
            [sys.executable, site / "bin" / "loyalty", *map(str, arguments)],
            cwd=tmp_path / "empty",
            env=clean_environment(PYTHONPATH=str(site), **home, **environment),
            capture_output=True,
            text=True,
            check=False,
        )

    return call


def files_of(folder: Path) -> dict[str, tuple[int, int]]:
    return {
        str(path.relative_to(folder)): (path.stat().st_size, path.stat().st_mtime_ns)
        for path in folder.rglob("*")
    }


def test_an_installed_run_gives_the_same_export_and_touches_no_other_folder(
    installed: Installed,
    site: Path,
    built: Built,
    dirty_source: Path,
    tmp_path: Path,
) -> None:
    before = files_of(site)
    done = installed("run", "--source", f"files:{dirty_source}")
    assert done.returncode == 0, done.stdout + done.stderr
    workspace = tmp_path / "home" / "data" / "loyalty-analytics"
    assert str(workspace / "marts.duckdb") in done.stdout
    current = Path("export", "current")
    assert read_files(workspace / current) == read_files(built.workspace / current)
    assert files_of(site) == before
    assert [path.name for path in (tmp_path / "home").iterdir()] == ["data"]
    assert [path.name for path in workspace.parent.iterdir()] == ["loyalty-analytics"]
    assert list((tmp_path / "empty").iterdir()) == []


def test_an_installed_command_has_the_sql_of_the_demo(installed: Installed, tmp_path: Path) -> None:
    done = installed("demo-source", tmp_path / "demo")
    assert done.returncode == 0, done.stderr
    written = {path.name for path in (tmp_path / "demo").iterdir()}
    assert written == {f"{entity.name}.parquet" for entity in ENTITIES}


@pytest.mark.parametrize(
    "arguments",
    [
        ("check",),
        ("docs",),
        ("serve",),
        ("calculate", "--website", 1, "--from", "2023-05-03", "--to", "2023-05-09"),
        ("run", "--source", "files:/nowhere"),
        ("run", "--unknown"),
        ("check", "--workspace", "."),
        ("run", "--source", "files:/nowhere", "--workspace", "here"),
    ],
)
def test_a_call_that_is_refused_makes_nothing(
    installed: Installed, tmp_path: Path, arguments: tuple
) -> None:
    done = installed(*arguments)
    assert done.returncode == 2 and len(done.stderr.splitlines()) == 1, done.stderr
    assert [path.name for path in tmp_path.rglob("*")] == ["empty"]


def test_the_installed_command_knows_its_version(installed: Installed, site: Path) -> None:
    (metadata,) = site.glob("loyalty_analytics-*.dist-info")
    version = metadata.name.removeprefix("loyalty_analytics-").removesuffix(".dist-info")
    done = installed("--version")
    assert (done.returncode, done.stdout) == (0, f"loyalty-analytics {version}\n")
