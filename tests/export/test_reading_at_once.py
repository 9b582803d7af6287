"""Readers of the same marts: what is calculated for one of them keeps no other one waiting."""

import os
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import duckdb
import pytest

from api_export.marts import PublishedMarts
from api_export.payloads.endpoints import ENDPOINTS, Endpoint

AS_OF = date(2024, 3, 17)


def write_marts(path: Path, endpoint: Endpoint, pipe: Path) -> None:
    """Marts whose report of a range has what comes through a pipe, and ends when that does."""
    keys = "".join(f', null as "{key}"' for key in endpoint.schema.__annotations__)
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema reports")
        connection.execute(f"create table dim_run as select date '{AS_OF}' as as_of")
        connection.execute(
            f"create macro reports.{endpoint.report}(date_from, date_to) as table"
            f" select website_id, 1 as source_rank, 1 as place{keys}"
            f" from read_csv('{pipe}', columns = {{website_id: 'integer'}}, auto_detect = false)"
        )


@pytest.mark.parametrize(
    "endpoint",
    [endpoint for endpoint in ENDPOINTS if endpoint.takes_range],
    ids=lambda endpoint: endpoint.name,
)
def test_a_report_of_a_range_keeps_nobody_waiting(tmp_path: Path, endpoint: Endpoint) -> None:
    pipe, path = tmp_path / "pipe", tmp_path / "marts.duckdb"
    os.mkfifo(pipe)
    write_marts(path, endpoint, pipe)
    with PublishedMarts(path) as marts, ThreadPoolExecutor() as readers:
        report = readers.submit(marts.payloads, endpoint, 30)
        with pipe.open("w") as rows:  # as soon as the report reads them
            assert readers.submit(marts.run).result(timeout=30) == {"as_of": AS_OF}
            assert not report.done()
            rows.write("7\n")
    assert list(report.result()) == [7]
