"""Readers of the same marts: what is calculated for one of them keeps no other one waiting."""

import os
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from api_export.marts import PublishedMarts
from api_export.payloads.date_ranges import DateRange
from api_export.payloads.endpoints import ENDPOINTS, Endpoint

AS_OF = date(2024, 3, 17)
PLACE = re.compile(r"\w{5,}")
"""Columns that order rows, some of which are no keys of theirs."""


def write_marts(path: Path, macro: str, endpoint: Endpoint, pipe: Path) -> None:
    """Marts with a table macro that has what comes through a pipe, and ends when that does."""
    keys = "".join(f', null as "{key}"' for key in endpoint.schema.__annotations__)
    names = set(PLACE.findall(endpoint.order)) - endpoint.schema.__annotations__.keys()
    places = "".join(f", 1 as {name}" for name in sorted(names))
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema reports")
        connection.execute(f"create table dim_run as select date '{AS_OF}' as as_of")
        connection.execute(
            f"create macro {macro} as table select website_id{keys}{places}"
            f" from read_csv('{pipe}', columns = {{website_id: 'integer'}}, auto_detect = false)"
        )


def read_while_another_reads(path: Path, pipe: Path, read: Callable[[PublishedMarts], Any]) -> Any:
    """What is read of marts, while which another reader is answered."""
    with PublishedMarts(path) as marts, ThreadPoolExecutor() as readers:
        report = readers.submit(read, marts)
        with pipe.open("w") as rows:  # as soon as the report reads them
            assert readers.submit(marts.run).result(timeout=30) == {"as_of": AS_OF}
            assert not report.done()
            rows.write("7\n")
    return report.result()


@pytest.mark.parametrize(
    "endpoint",
    [endpoint for endpoint in ENDPOINTS if endpoint.takes_range],
    ids=lambda endpoint: endpoint.name,
)
def test_a_report_of_a_range_keeps_nobody_waiting(tmp_path: Path, endpoint: Endpoint) -> None:
    pipe, path = tmp_path / "pipe", tmp_path / "marts.duckdb"
    os.mkfifo(pipe)
    write_marts(path, f"reports.{endpoint.report}(date_from, date_to)", endpoint, pipe)
    payloads = read_while_another_reads(path, pipe, lambda marts: marts.payloads(endpoint, 30))
    assert list(payloads) == [7]


@pytest.mark.parametrize(
    "endpoint",
    [endpoint for endpoint in ENDPOINTS if endpoint.looks_back],
    ids=lambda endpoint: endpoint.name,
)
def test_any_range_keeps_nobody_waiting(tmp_path: Path, endpoint: Endpoint) -> None:
    pipe, path = tmp_path / "pipe", tmp_path / "marts.duckdb"
    os.mkfifo(pipe)
    write_marts(path, f"{endpoint.name}(website, date_from, date_to)", endpoint, pipe)
    dates = DateRange(AS_OF, AS_OF)
    payload = read_while_another_reads(path, pipe, lambda marts: marts.payload(endpoint, dates, 7))
    row = payload[0] if endpoint.is_list else payload
    assert row.keys() == endpoint.schema.__annotations__.keys()
