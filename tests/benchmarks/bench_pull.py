"""The pull from PostgreSQL beside a bare COPY of the same ledger, in one run.

make bench-pull             1 million ledger rows
make bench-pull SCALE=10m
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import duckdb
from bench_run import UNITS
from support.postgres_server import postgres_server
from support.yardsticks.web_application import OPTIONS
from tabulate import tabulate

from orchestration.pull.sync import Delivery, load_entity, sync_events
from orchestration.sources import open_source
from orchestration.sources.base import Source
from orchestration.sources.contract import ENTITIES

LEDGER = next(entity for entity in ENTITIES if entity.name == "loyalty_transactions")
TABLE = "loyalty_management_loyaltytransaction"
MAKE = f"""
create table {TABLE} as
select
    id, 1 + id % 4 as website_id, 1 + (id * 7919) % greatest({{rows}} / 100, 1) as client_id,
    cast(id % 500 as integer) as points, 'add'::varchar(10) as transaction_type,
    'Purchase ' || id as reason, timestamptz '2022-01-01' + id * interval '6 seconds' as timestamp,
    null::bigint as redemption_request_id
from generate_series(1::bigint, {{rows}}) as ids (id);
alter table {TABLE} add primary key (id);
"""


def main(scale: str) -> None:
    """Measure and print."""
    rows = int(scale[:-1]) * UNITS[scale[-1]] if scale[-1] in UNITS else int(scale)
    with tempfile.TemporaryDirectory() as folder, postgres_server(**OPTIONS) as url:
        _psql(url, MAKE.format(rows=rows), "vacuum analyze")
        source = open_source(url, Path(folder))
        seconds = {"COPY … TO STDOUT": _time(lambda: _psql(url, f"copy {TABLE} to stdout"))}
        with duckdb.connect(str(Path(folder) / "warehouse.duckdb")) as connection:
            connection.execute("set timezone = 'UTC'")
            connection.execute("create schema raw")
            connection.execute(
                "create table raw.fingerprints"
                " (entity varchar, block bigint, row_count bigint, checksum varchar)"
            )
            connection.execute("create table raw.changed_ids (entity varchar, id bigint)")

            pull = partial(_pull, connection, source)
            seconds["first pull"] = _time(partial(pull, load_entity))
            seconds["nothing changed"] = _time(partial(pull, sync_events))
            _psql(url, f"update {TABLE} set points = points + 1 where id % ({rows} / 10) = 0")
            seconds["ten rows changed"] = _time(partial(pull, sync_events))
        seconds["COPY … TO STDOUT again"] = _time(lambda: _psql(url, f"copy {TABLE} to stdout"))
    copy = seconds["COPY … TO STDOUT"]
    print(
        tabulate(
            [
                (name, taken, f"{rows / taken:,.0f}", taken / copy)
                for name, taken in seconds.items()
            ],
            headers=(f"{rows:,} ledger rows", "seconds", "rows a second", "÷ COPY"),
            floatfmt=".2f",
        )
    )


def _pull(
    connection: duckdb.DuckDBPyConnection, source: Source, load: Callable[[Delivery], object]
) -> None:
    with source.reading(connection):
        connection.begin()
        load(Delivery(connection, source, LEDGER, source.columns(connection, LEDGER)))
        connection.commit()


def _psql(url: str, *statements: str) -> None:
    commands = [f"--command={statement}" for statement in statements]
    subprocess.run(["psql", url, "--quiet", *commands], check=True, stdout=subprocess.DEVNULL)


def _time(task: Callable[[], object]) -> float:
    start = time.perf_counter()
    task()
    return time.perf_counter() - start


if __name__ == "__main__":
    main(sys.argv[1])
