"""Fixtures that many tests share: the compiled project, and a workspace built by the command."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from support import database_servers, databases
from support.commands import Loyalty, call
from support.datasets import change_ledger, write_dataset
from support.faulty import FaultyRun
from support.replay import Replay
from support.servers import with_few_websites
from support.sharing import Sharing
from support.webhooks import Webhook, listening
from support.workspaces import Built, build, run_well

DISK_MB = 160


@pytest.fixture(scope="session")
def sharing(tmp_path_factory: pytest.TempPathFactory) -> Sharing:
    """What the workers of a session share."""
    return Sharing(tmp_path_factory)


@pytest.fixture(scope="session")
def replay(
    sharing: Sharing, tmp_path_factory: pytest.TempPathFactory, dirty_source: Path
) -> Replay:
    """dbt's compiled SQL, compiled once."""
    scratch = tmp_path_factory.mktemp("replay")
    return sharing.value("replay", lambda: Replay(scratch, dirty_source))


@pytest.fixture(scope="session")
def loyalty() -> Loyalty:
    """The command in a process of its own, away from the settings of who runs the tests."""
    return call


@pytest.fixture(scope="session")
def dirty_source(sharing: Sharing) -> Path:
    """A folder of CSV files with rows of every reason."""
    return sharing.folder("source", lambda folder: write_dataset(folder, seed=0, file_format="csv"))


@pytest.fixture(scope="session")
def built(sharing: Sharing, dirty_source: Path) -> Built:
    """A workspace built by `loyalty run` from the dirty source, for reading, and what it said."""
    return sharing.value("built", lambda: build(sharing.place("built"), dirty_source))


@pytest.fixture
def workspace(built: Built, tmp_path: Path) -> Path:
    """A copy of the built workspace, to be written to."""
    return shutil.copytree(built.workspace, tmp_path / "workspace", symlinks=True)


@pytest.fixture(scope="session")
def documented(built: Built, sharing: Sharing) -> Path:
    """A built workspace with its documentation, for reading."""

    def document(workspace: Path) -> None:
        shutil.copytree(built.workspace, workspace, symlinks=True)
        done = call("docs", "--workspace", workspace)
        assert done.returncode == 0, done.stderr
        assert str(workspace / "docs/index.html") in done.stdout

    return sharing.folder("documented", document)


@pytest.fixture(scope="session")
def later_source(sharing: Sharing, dirty_source: Path) -> Path:
    """The dirty source after some rows came and others went."""

    def write(source: Path) -> None:
        shutil.copytree(dirty_source, source)
        change_ledger(source)

    return sharing.folder("later-source", write)


@pytest.fixture(scope="session")
def old(sharing: Sharing, dirty_source: Path, replay: Replay) -> Path:
    """A workspace before the killed run."""
    return sharing.folder("old", lambda root: run_well(FaultyRun(replay, root, dirty_source)))


@pytest.fixture(scope="session")
def new(sharing: Sharing, later_source: Path, replay: Replay) -> Path:
    """A workspace as a full refresh would leave it."""
    return sharing.folder("new", lambda root: run_well(FaultyRun(replay, root, later_source)))


@pytest.fixture(scope="session")
def programme(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, databases.Rows]:
    """A programme as files of the contract's types, and its rows, for databases of it."""
    directory = tmp_path_factory.mktemp("programme")
    return directory, databases.write_programme(directory)


@pytest.fixture(scope="session")
def postgres() -> Iterator[database_servers.Postgres]:
    """A PostgreSQL server."""
    with database_servers.run_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def mariadb() -> Iterator[database_servers.Mariadb]:
    """A MariaDB server with TLS."""
    with database_servers.run_mariadb() as server:
        yield server


@pytest.fixture
def webhook() -> Iterator[Webhook]:
    """A webhook that keeps what it is told."""
    with listening() as server:
        yield server


@pytest.fixture(scope="session")
def marts(built: Built) -> Path:
    """The marts of the dirty source, as `loyalty run` published them."""
    return built.workspace / "marts.duckdb"


@pytest.fixture(scope="session")
def few_marts(tmp_path_factory: pytest.TempPathFactory, marts: Path) -> Path:
    """The marts, but for most websites, so that their export is quick."""
    return with_few_websites(marts, tmp_path_factory.mktemp("few") / "now.duckdb")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small file system of its own, in memory."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if os.geteuid() != 0:
        pytest.skip("only root can mount a small disk to fill")
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m", "none", folder]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("no small disk can be mounted here")
    yield folder
    subprocess.run(["umount", folder], check=True)
