"""What the same changed day costs on ledgers of two sizes, beside a full build of each.

The day is compared as the daily schedule does it, and another one as the weekly schedule does.

    make bench-change

The statements of pull, models and tests are replayed in this process: no start of Python, Dagster
or dbt is in the figures. They are processor seconds, which stay comparable on a busy machine.
"""

import json
import tempfile
import time
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from datetime import time as day_time
from pathlib import Path

import duckdb
from support.datasets import write_dataset
from support.replay import DEFAULTS, Replay, open_warehouse
from support.yardsticks.generate import DAYS, LAST_DATE, generate
from tabulate import tabulate

from orchestration.pull.load_raw import load_raw
from orchestration.pull.run_progress import finish
from orchestration.pull.sync import Lookback
from orchestration.settings import load_settings
from orchestration.sources.files.folder import FilesSource

SIZES = (1_000_000, 10_000_000)
CLIENTS = 100_000
NEW_ROWS = SIZES[-1] // DAYS
END = datetime.combine(LAST_DATE + timedelta(days=1), day_time(tzinfo=UTC))
LOOKBACK = Lookback(END - timedelta(days=load_settings().lookback_days), END)


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        write_dataset(scratch, seed=0, file_format="csv")
        replay = Replay(scratch, scratch)
        manifest = json.loads((scratch / "target" / "manifest.json").read_text())
        tests = [
            node["compiled_code"]
            for node in manifest["nodes"].values()
            if node["resource_type"] == "test"
        ]
        lines = [line for rows in SIZES for line in _measure(replay, tests, scratch, rows)]
    headers = ["ledger rows", "run", "pull", "models", "tests", "all"]
    print(tabulate(lines, headers, tablefmt="github", floatfmt=".1f", intfmt=","))


def _measure(replay: Replay, tests: list[str], scratch: Path, rows: int) -> Iterator[list]:
    """A full build of a ledger, and two runs after a day's rows came in."""
    source = scratch / str(rows)
    files = (source / "warehouse.duckdb", source / "marts.duckdb")
    runs = (
        ("full", 0, None),
        (f"{NEW_ROWS:,} new rows, looking back 45 days", NEW_ROWS, LOOKBACK),
        (f"{NEW_ROWS:,} new rows, all compared", 2 * NEW_ROWS, None),
    )
    for name, new_rows, lookback in runs:
        generate(source / "rows", rows, CLIENTS, extra_rows=new_rows)
        with open_warehouse(*files) as connection:
            began = time.process_time()
            pull = load_raw(connection, FilesSource(source / "rows"), DEFAULTS, lookback=lookback)
            pulled = time.process_time()
            _execute(connection, replay.full if pull.mode == "full" else replay.incremental)
            built = time.process_time()
            _execute(connection, tests)
            tested = time.process_time()
            finish(connection)
        seconds = (pulled - began, built - pulled, tested - built, tested - began)
        yield [rows, name, *seconds]


def _execute(connection: duckdb.DuckDBPyConnection, statements: Iterable[str]) -> None:
    for statement in statements:
        connection.execute(statement).fetchall()


if __name__ == "__main__":
    main()
