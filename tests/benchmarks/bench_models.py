"""What each model and each test costs: in a full build, and for one more day.

    make bench-models                 1 million ledger rows
    make bench-models SCALE=100m      or any number

The statements are replayed in this process: no start of Python, Dagster or dbt is in the figures.
They are processor seconds, which stay comparable on a busy machine. What takes less than a tenth of
a second in both runs is summed up in one line.
"""

import json
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import duckdb
from support.datasets import write_dataset
from support.replay import DEFAULTS, Replay, open_warehouse
from support.yardsticks.generate import DAYS, ROWS_PER_CLIENT, generate, rows_of
from tabulate import tabulate

from orchestration.pull.load_raw import load_raw
from orchestration.pull.run_progress import finish
from orchestration.sources.files.folder import FilesSource

MEMORY_LIMIT = "8GB"
WRITTEN = re.compile(r'(?:replace (?:table|view|macro)|insert into) "?\w+"?\."?\w+"?\."?(\w+)"?')
SHOWN_SECONDS = 0.1
RUNS = ("full", "one more day")


def main(scale: str) -> None:
    """Measure and print."""
    rows = rows_of(scale)
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        costs = dict(zip(RUNS, _measure(scratch, rows), strict=True))
    names = sorted(set().union(*costs.values()), key=lambda name: -costs[RUNS[0]][name])
    lines, small = [], Counter()
    for name in names:
        taken = {run: costs[run][name] for run in RUNS}
        if max(taken.values()) < SHOWN_SECONDS:
            small.update(taken)
        else:
            lines.append([name, *taken.values()])
    lines.append(["all others", *(small[run] for run in RUNS)])
    lines.append(["together", *(costs[run].total() for run in RUNS)])
    print(tabulate(lines, ["model or test", *RUNS], tablefmt="github", floatfmt=".1f"))


def _measure(scratch: Path, rows: int) -> Iterable[Counter]:
    """The costs of a full build, and of a run after a day's rows came in."""
    write_dataset(scratch, seed=0, file_format="csv")
    replay = Replay(scratch, scratch)
    manifest = json.loads((scratch / "target" / "manifest.json").read_text())
    tests = {
        node["name"]: node["compiled_code"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "test"
    }
    source = scratch / "rows"
    files = (scratch / "measured.duckdb", scratch / "measured_marts.duckdb")
    for new_rows in (0, rows // DAYS):
        generate(source, rows, rows // ROWS_PER_CLIENT, extra_rows=new_rows)
        with open_warehouse(*files) as connection:
            connection.execute(f"set memory_limit = '{MEMORY_LIMIT}'")
            connection.execute(f"set temp_directory = '{scratch / 'spilled'}'")
            costs: Counter = Counter()
            began = time.process_time()
            pull = load_raw(connection, FilesSource(source), DEFAULTS)
            costs["the pull"] = time.process_time() - began
            statements = replay.full if pull.mode == "full" else replay.incremental
            named = [(WRITTEN.findall(statement)[-1], statement) for statement in statements]
            for name, statement in (*named, *tests.items()):
                costs[name] += _cost(connection, statement)
            finish(connection)
        yield costs


def _cost(connection: duckdb.DuckDBPyConnection, statement: str) -> float:
    """The processor seconds of a statement."""
    began = time.process_time()
    connection.execute(statement)
    return time.process_time() - began


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "1m")
