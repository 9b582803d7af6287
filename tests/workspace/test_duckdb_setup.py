"""What the engine may take of the machine: a run keeps to it, and spills where it needs more."""

import json
import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from support.commands import Loyalty
from support.replay import PROJECT, Replay, open_warehouse
from support.yardsticks.generate import generate

from orchestration.deployment import Deployment
from orchestration.settings import load_settings
from orchestration.workspace.duckdb_setup import engine_bytes

LIMIT = 2_000_000_000
OPTIONS = "select current_setting('memory_limit') as memory, current_setting('threads') as threads"


@pytest.fixture
def options() -> tuple[str, int]:
    """What the engine says of itself under the limit, with one thread."""
    with duckdb.connect(config={"memory_limit": f"{engine_bytes(LIMIT)}B"}) as connection:
        return connection.execute("select current_setting('memory_limit')").fetchone()[0], 1


@pytest.mark.parametrize("spill", ["spill", ""])
def test_the_models_spill_rather_than_die(tmp_path: Path, replay: Replay, spill: str) -> None:
    generate(tmp_path / "source", rows=600_000, clients=12_000)
    with open_warehouse(tmp_path / "warehouse.duckdb", tmp_path / "marts.duckdb") as warehouse:
        warehouse.execute("set memory_limit = '64MB'")
        warehouse.execute("set threads = 2")
        warehouse.execute(f"set temp_directory = '{spill and tmp_path / spill}'")
        if spill:
            assert replay.run(warehouse, tmp_path / "source").mode == "full"
        else:
            with pytest.raises(duckdb.OutOfMemoryException):
                replay.run(warehouse, tmp_path / "source")


def test_the_pull_keeps_to_the_settings(tmp_path: Path, options: tuple[str, int]) -> None:
    settings = load_settings(workspace=tmp_path, memory_limit="2GB", threads=1)
    workspace = Deployment(settings).workspace
    with workspace.connect() as connection:
        assert connection.execute(OPTIONS).fetchone() == options
        spill = connection.execute("select current_setting('temp_directory')").fetchone()[0]
    assert Path(spill) == workspace.scratch


def test_dbt_keeps_to_the_settings(tmp_path: Path, options: tuple[str, int]) -> None:
    dbt = Path(sys.executable).parent / "dbt"
    shown = subprocess.run(
        [
            *(dbt, "--quiet", "show", "--inline", OPTIONS, "--output", "json"),
            *("--profiles-dir", "dbt_project", "--target-path", tmp_path / "target"),
        ],
        cwd=PROJECT,
        env=os.environ
        | {
            "LOYALTY_WORKSPACE": str(tmp_path),
            "LOYALTY_MEMORY_LIMIT": "2GB",
            "LOYALTY_THREADS": "1",
        },
        capture_output=True,
        text=True,
        check=True,
    )
    (row,) = json.loads(shown.stdout)["show"]
    assert tuple(row.values()) == options


@pytest.mark.parametrize(
    ("name", "value"),
    [("MEMORY_LIMIT", "1GB"), ("MEMORY_LIMIT", "much"), ("THREADS", "0"), ("THREADS", "two")],
)
def test_unusable_settings_are_refused_by_name(
    tmp_path: Path, loyalty: Loyalty, name: str, value: str
) -> None:
    done = loyalty("run", "--workspace", tmp_path / "new", **{f"LOYALTY_{name}": value})
    assert done.returncode == 2
    assert f"LOYALTY_{name}" in done.stderr
    assert not (tmp_path / "new").exists()
