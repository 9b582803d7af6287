"""Fixtures that many tests share: the compiled project, and a workspace built by the command."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from support import databases
from support.commands import LOYALTY, Loyalty, clean_environment
from support.datasets import csv_records, write_dataset
from support.faulty import FaultyRun
from support.replay import PROJECT, Replay
from support.servers import with_few_websites
from support.webhooks import Webhook, listening
from support.workspaces import run_well

DISK_MB = 160


@pytest.fixture(scope="session")
def replay(tmp_path_factory: pytest.TempPathFactory, dirty_source: Path) -> Replay:
    """dbt's compiled SQL, compiled once."""
    return Replay(tmp_path_factory.mktemp("replay"), dirty_source)


@pytest.fixture(scope="session")
def loyalty() -> Loyalty:
    """The command in a process of its own, away from the settings of who runs the tests."""

    def call(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [LOYALTY, *map(str, arguments)],
            cwd=PROJECT,
            env=clean_environment(**environment),
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


@pytest.fixture(scope="session")
def later_source(dirty_source: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The dirty source after some rows came and others went."""
    source = shutil.copytree(dirty_source, tmp_path_factory.mktemp("later") / "source")
    ledger = source / "loyalty_transactions.csv"
    header, *rows = csv_records(ledger)
    ledger.write_text("\n".join([header, *rows[:200], *rows[230:], *rows[300:310]]) + "\n")
    return source


@pytest.fixture(scope="session")
def old(dirty_source: Path, replay: Replay, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace before the killed run."""
    root = tmp_path_factory.mktemp("old") / "workspace"
    run_well(FaultyRun(replay, root, dirty_source))
    return root


@pytest.fixture(scope="session")
def new(later_source: Path, replay: Replay, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace as a full refresh would leave it."""
    root = tmp_path_factory.mktemp("new") / "workspace"
    run_well(FaultyRun(replay, root, later_source))
    return root


@pytest.fixture(scope="session")
def programme(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, databases.Rows]:
    """A programme as files of the contract's types, and its rows, for databases of it."""
    directory = tmp_path_factory.mktemp("programme")
    return directory, databases.write_programme(directory)


@pytest.fixture(scope="session")
def postgres() -> Iterator[databases.Postgres]:
    """A PostgreSQL server."""
    with databases.run_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def mariadb() -> Iterator[databases.Mariadb]:
    """A MariaDB server with TLS."""
    with databases.run_mariadb() as server:
        yield server


@pytest.fixture
def webhook() -> Iterator[Webhook]:
    """A webhook that keeps what it is told."""
    with listening() as server:
        yield server


@pytest.fixture(scope="session")
def marts(built: tuple[Path, subprocess.CompletedProcess[str]]) -> Path:
    """The marts of the dirty source, as `loyalty run` published them."""
    return built[0] / "marts.duckdb"


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
