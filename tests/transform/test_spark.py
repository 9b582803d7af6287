"""The models on Spark say what they say on DuckDB, and what can't be right fails."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.datasets import FileFormat, write_dataset
from support.replay import DEFAULTS, execute, open_warehouse
from support.spark_tables import differing_tables

from orchestration.pull.load_raw import load_raw
from orchestration.sources.files.folder import FilesSource
from orchestration.transform.compiled_models import full_build
from orchestration.transform.spark.build import build_on_spark
from orchestration.transform.spark.session import ANSI, ZONE, RunError, check_session, open_session

DATASETS: list[tuple[FileFormat, int]] = [("parquet", 4), ("csv", 12), ("jsonl", 8)]
"""Each with every entity and all kinds of dirt; one takes minutes, the others are for test-deep."""
DEEP = "LOYALTY_TEST_RUNS" in os.environ

pytest.importorskip("pyspark")
pytestmark = pytest.mark.skipif(shutil.which("java") is None, reason="Spark needs Java")


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    opened = open_session(tmp_path_factory.mktemp("lakehouse"))
    yield opened
    opened.stop()


@pytest.mark.parametrize(
    "overflow",
    [
        "cast(2147483648 as integer)",
        "9223372036854775807 + id",
        "sum(9223372036854775806 + id)",
        "cast(99999999999999999999999999999999999999 as decimal(38, 0)) + id",
        "cast('many' as bigint)",
    ],
)
def test_what_overflows_fails(session: Any, overflow: str) -> None:
    from pyspark.errors import PySparkException

    with pytest.raises(PySparkException):
        session.sql(f"select {overflow} from range(1, 4)").collect()


def test_dbt_leaves_that_on() -> None:
    from dbt.adapters.spark.connections import SparkCredentials

    from orchestration.transform.spark.dbt_main import keep_ansi

    keep_ansi()
    credentials = SparkCredentials.from_dict(
        {"method": "session", "host": "none", "schema": "main", "database": None}
    )
    assert credentials.server_side_parameters[ANSI] == "true"


@pytest.mark.parametrize(("name", "value"), [(ANSI, "false"), (ZONE, "Europe/Vienna")])
def test_a_session_that_would_count_otherwise_is_refused(
    session: Any, name: str, value: str
) -> None:
    expected = session.conf.get(name)
    session.conf.set(name, value)
    try:
        with pytest.raises(RunError, match=f"{name} is {value}, and has to be {expected}"):
            check_session(session)
    finally:
        session.conf.set(name, expected)


@pytest.mark.parametrize(("file_format", "seed"), DATASETS if DEEP else DATASETS[:1])
def test_every_table_is_duckdbs_row_for_row(
    tmp_path: Path, file_format: FileFormat, seed: int
) -> None:
    write_dataset(tmp_path / "source", seed, file_format=file_format)
    warehouse, marts = tmp_path / "warehouse.duckdb", tmp_path / "marts.duckdb"
    with open_warehouse(warehouse, marts) as connection:
        load_raw(connection, FilesSource(tmp_path / "source"), DEFAULTS)
        execute(connection, full_build())
        tables = build_on_spark(connection, tmp_path / "lakehouse", tmp_path / "target", {})
    assert differing_tables(warehouse, marts, tables) == {}
