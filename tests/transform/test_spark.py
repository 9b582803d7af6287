"""The models on Spark say what they say on DuckDB, and what can't be right fails."""

import os
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from support.datasets import FileFormat, write_dataset
from support.replay import DEFAULTS, execute, forecast_naively, open_warehouse
from support.spark_builds import build_tables
from support.spark_marks import needs_spark
from support.spark_tables import compare_tables

from api_export.payloads.additions import RequestedRange, WidgetEdit
from orchestration.errors import RunError
from orchestration.pull.load_raw import EarlierRuns, load_raw
from orchestration.settings import PointValue
from orchestration.sources.files.folder import FilesSource
from orchestration.transform.compiled_models import full_build
from orchestration.transform.spark.session import ANSI, ZONE, check_session, release_schemas
from orchestration.workspace.report_history import save_history

FORMATS: tuple[FileFormat, ...] = ("parquet", "csv", "jsonl")
DATASETS: list[tuple[FileFormat, int, bool]] = [
    ("parquet", 4, False),  # all columns in native types, each entity
    ("jsonl", 8, True),  # campaigns whose effects are told from chance
]
"""Format, seed, and whether it has a crowd; see `write_dataset`."""
DEEP = [
    (FORMATS[seed // 3 % len(FORMATS)], seed, seed % 4 == 0)
    for seed in range(int(os.environ.get("LOYALTY_TEST_RUNS", "0")))
]
"""Minutes."""
OF_PYTHON = {
    *("fct_forecast_accuracy", "fct_forecast_failures", "fct_forecasts", "fct_item_performance"),
    *("fct_published_forecasts", "int_series_forecasts", "rpt_forecast", "rpt_forecast_accuracy"),
    *("rpt_item_performance", "rpt_manifest_warnings"),
}
"""The tables that DuckDB makes of Spark's, for only there models can call Python."""

INPUTS = replace(
    DEFAULTS,
    tier_basis="lifetime",
    window_days=(1, 7, 30, 365, 3660),
    top_limits=(1, 100),
    requested_ranges=(
        RequestedRange(1, date(2023, 11, 30), date(2024, 3, 10)),
        RequestedRange(27_983_085_677, date(2024, 1, 1), date(2024, 4, 19)),
        RequestedRange(900_720, date(1970, 1, 1), date(2024, 4, 20)),
        RequestedRange(4, date(2024, 1, 1), date(2024, 1, 2)),
    ),
    widget_edits=(
        WidgetEdit(1, 9_007_199_254_740_995, is_deleted=True),
        WidgetEdit(1, -1, is_deleted=False, title="\\ 😀\n", config='{"days": "7", "limit": 1e1}'),
        WidgetEdit(
            *(2, 9_000_000_000_000_000, False, "points_issued", "", 2**62, True),
            *('{"date_from": "2024-01-01", "date_to": "2024-02-29"}', "2024-01-01T00:00:00.5Z"),
        ),
    ),
    point_values=(PointValue(None, Decimal("0.000001")), PointValue(2, Decimal("12345.678901"))),
    margin=Decimal("0.333333"),
    began_at=datetime(2024, 4, 20, 23, 30, tzinfo=UTC),
    max_quarantined=0.1,
)
"""All that a run can be told."""

pytestmark = needs_spark


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


def test_dbt_leaves_that_on(session: Any) -> None:
    from dbt.adapters.spark.connections import SparkCredentials

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


def publish_another(folder: Path, seed: int) -> EarlierRuns:
    """What was published of other rows, so that every figure is restated."""
    marts, state = folder / "marts.duckdb", folder / "state"
    write_dataset(folder / "source", seed, transactions=300)
    state.mkdir()
    with open_warehouse(":memory:", marts, forecast_naively) as connection:
        load_raw(connection, FilesSource(folder / "source"), INPUTS)
        execute(connection, full_build())
        connection.execute("detach marts")
        for written, path in save_history(connection, marts, state):
            written.replace(path)
    return EarlierRuns(state=state, published=marts)


@pytest.mark.parametrize(("file_format", "seed", "crowd"), [*DATASETS, *DEEP])
def test_every_table_is_duckdbs_row_for_row(
    session: Any, tmp_path: Path, file_format: FileFormat, seed: int, crowd: bool
) -> None:
    write_dataset(tmp_path / "source", seed, file_format=file_format, crowd=crowd)
    warehouse, marts = tmp_path / "warehouse.duckdb", tmp_path / "marts.duckdb"
    with open_warehouse(warehouse, marts, forecast_naively) as connection:
        source = FilesSource(tmp_path / "source")
        load_raw(connection, source, INPUTS, publish_another(tmp_path / "earlier", seed + 1))
        execute(connection, full_build())
        release_schemas(session)  # those of the dataset before
        tables = build_tables(connection, tmp_path / "lakehouse")
    compared = compare_tables(warehouse, marts, tables)
    assert compared.different == {}
    assert compared.not_on_spark == OF_PYTHON
