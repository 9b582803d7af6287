"""The pull from PostgreSQL beside others that read the same ledger, in one run.

    make bench-pull             1 million ledger rows
    make bench-pull SCALE=10m

Each takes its turn in each round, and its median counts, so that other work meets all alike.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import duckdb
from support.postgres_server import postgres_server
from support.yardsticks.generate import rows_of
from support.yardsticks.web_application import OPTIONS
from tabulate import tabulate

from orchestration.pull.extract import Extract
from orchestration.pull.loading import Compared, load_entity
from orchestration.pull.sync import sync_events
from orchestration.sources import open_source
from orchestration.sources.contract import ENTITIES
from orchestration.sources.databases.postgres import PostgresSource

ROUNDS = 3
COPY = "COPY … TO STDOUT, thrown away"
SCAN = "create table as, by DuckDB's extension"
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
    rows = rows_of(scale)
    seconds = defaultdict(list)
    with postgres_server(**OPTIONS) as url:
        _psql(url, MAKE.format(rows=rows), "vacuum analyze")
        for _ in range(ROUNDS):
            with tempfile.TemporaryDirectory() as folder:
                for name, task in _tasks(url, rows, Path(folder)):
                    began = time.perf_counter()
                    task()
                    seconds[name].append(time.perf_counter() - began)
    medians = {name: statistics.median(taken) for name, taken in seconds.items()}
    print(
        tabulate(
            [
                (name, taken, f"{rows / taken:,.0f}", taken / medians[COPY], taken / medians[SCAN])
                for name, taken in medians.items()
            ],
            headers=(f"{rows:,} ledger rows", "seconds", "rows a second", "÷ COPY", "÷ scan"),
            floatfmt=".2f",
        )
    )


def _tasks(url: str, rows: int, folder: Path) -> Iterator[tuple[str, Callable[[], object]]]:
    """What is timed in a round, each from the state that the one before it left."""
    source = open_source(url, folder)
    assert isinstance(source, PostgresSource)
    pull = partial(_pull, source, folder / "warehouse.duckdb")
    yield COPY, partial(_psql, url, f"copy {TABLE} to stdout")
    yield SCAN, partial(_scan, source, folder / "scan.duckdb")
    yield "first pull", partial(pull, load_entity)
    yield "pull, nothing changed", partial(pull, sync_events)
    _psql(url, f"update {TABLE} set points = points + 1 where id % ({rows} / 10) = 0")
    yield "pull, ten rows changed", partial(pull, sync_events)
    yield "dlt, by connectorx, its fastest", partial(_load_with_dlt, url, folder)


def _scan(source: PostgresSource, database: Path) -> None:
    with duckdb.connect(str(database)) as connection:
        source._load(connection)
        connection.execute(f"attach '{source.url}' as shop (type postgres, read_only)")
        connection.execute(f"create table ledger as from shop.{TABLE}")


def _pull(source: PostgresSource, database: Path, load: Callable[[Extract], Compared]) -> None:
    with duckdb.connect(str(database)) as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute("create schema if not exists raw")
        connection.execute(
            "create table if not exists raw.fingerprints"
            " (entity varchar, block bigint, row_count bigint, checksum varchar)"
        )
        connection.execute("create table if not exists raw.changed_ids (entity varchar, id bigint)")
        with source.reading(connection):
            connection.begin()
            load(Extract(connection, source, LEDGER, source.columns(connection, LEDGER)))
            connection.commit()


def _load_with_dlt(url: str, folder: Path) -> None:
    os.environ |= {"RUNTIME__DLTHUB_TELEMETRY": "false", "RUNTIME__LOG_LEVEL": "ERROR"}
    import dlt
    from dlt.sources.sql_database import sql_table

    pipeline = dlt.pipeline(
        pipeline_name="peer",
        pipelines_dir=str(folder),
        destination=dlt.destinations.duckdb(str(folder / "dlt.duckdb")),
    )
    shop = url.replace("postgresql:", "postgresql+psycopg:")
    pipeline.run(sql_table(shop, TABLE, backend="connectorx"))


def _psql(url: str, *statements: str) -> None:
    commands = [f"--command={statement}" for statement in statements]
    subprocess.run(["psql", url, "--quiet", *commands], check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main(sys.argv[1])
