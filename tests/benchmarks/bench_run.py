"""The pipeline and its yardsticks on one programme, measured in one run.

    make bench                  1 million ledger rows
    make bench SCALE=10m        or 100m, or any number

Each step is a process of its own; its memory is the peak of all its processes together, and its
processor seconds, on all cores, stay comparable on a machine that is busy with other work. What is
fixed in a run, the start of Python, Dagster and dbt, is what a full run of 1,000 rows takes. Runs
are given 8 GB of memory; hand-written SQL takes what DuckDB takes by itself. All count up to the
day of the new rows, as a schedule would have them.
"""

import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

from support.commands import LOYALTY
from support.measured import Measured, measure
from support.replay import PROJECT
from support.yardsticks.generate import DAYS, LAST_DATE, ROWS_PER_CLIENT, generate, rows_of
from support.yardsticks.handwritten import find_differences
from support.yardsticks.web_application import load_dashboard
from tabulate import tabulate

from api_export.marts import PublishedMarts
from api_export.payloads.additions import RequestedRange
from api_export.payloads.endpoints import API_ROOT

YARDSTICKS = PROJECT / "tests/support/yardsticks"
LARGEST_ELSEWHERE = 10_000_000
"""PostgreSQL and pandas get no more ledger rows than this."""
MEMORY_LIMIT = "8GB"
TIMES = 20
STEPS = ("pull", "models", "publish", "export")
STEP = re.compile(rf"│ ({'|'.join(STEPS)}) .*│ +([0-9.]+) +│")
WEBSITE = 1
PAGE = (
    "dashboard-widgets/index.json",
    "analytics/index.json",
    "analytics/points_trend/days=30.json",
    "analytics/top_redemptions/limit=10.json",
    "analytics/tier_distribution/index.json",
    "analytics/engagement_stats/days=30.json",
)
"""The exported files that answer what the web application is asked for."""


def main(scale: str) -> None:
    """Measure and print; exits with 1 where results differ."""
    rows = rows_of(scale)
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        source, workspace, database = (scratch / name for name in ("source", "data", "sql.duckdb"))
        # The first run after a change of the project also parses it, so it is no measure.
        _, tiny = (
            next(_runs(scratch / f"{name}_source", scratch / f"{name}_data", 1_000))[1]
            for name in ("first", "tiny")
        )
        runs = dict(_runs(source, workspace, rows))
        _print_runs({"full, 1,000 rows": tiny} | runs)
        yardsticks = {"hand-written SQL": _python("handwritten.py", source, database)}
        if rows <= LARGEST_ELSEWHERE:
            yardsticks["pandas, four payloads"] = _python(
                "data_scientist.py", source, scratch / "pandas"
            )
        _print_yardsticks(runs["full"], tiny, yardsticks)
        _print_reads(source, workspace, is_elsewhere=rows <= LARGEST_ELSEWHERE)
        differing = find_differences(database, workspace / "marts.duckdb")
        print(f"pipeline and hand-written SQL: {', '.join(differing) or 'the same figures'}\n")
        print(_loyalty("check", source, workspace).output)
    sys.exit(bool(differing))


def _runs(source: Path, workspace: Path, rows: int) -> Iterator[tuple[str, Measured]]:
    """A full run, two after a day's rows came in, and one after nothing did."""
    clients, new_rows = rows // ROWS_PER_CLIENT, rows // DAYS
    generate(source, rows, clients)
    yield "full", _loyalty("run", source, workspace)
    generate(source, rows, clients, extra_rows=new_rows)
    yield "one more day, looking back 45", _loyalty("run", source, workspace, "--lookback")
    generate(source, rows, clients, extra_rows=2 * new_rows)
    yield "one more day, all compared", _loyalty("run", source, workspace)
    yield "nothing changed, all compared", _loyalty("run", source, workspace)


def _loyalty(call: str, source: Path, workspace: Path, *options: str) -> Measured:
    files = ("--source", f"files:{source}", "--workspace", workspace)
    return _measure(LOYALTY, call, *files, *options)


def _python(script: str, *arguments: Path) -> Measured:
    return _measure(sys.executable, YARDSTICKS / script, *arguments)


def _measure(*command: object) -> Measured:
    return measure(*command, LOYALTY_MEMORY_LIMIT=MEMORY_LIMIT, LOYALTY_AS_OF=LAST_DATE.isoformat())


def _print_runs(runs: dict[str, Measured]) -> None:
    lines = []
    for name, run in runs.items():
        steps = dict(STEP.findall(run.output))
        lines.append([name, *(steps.get(step, "") for step in STEPS), *run.cells])
    _print_table(["run", *STEPS, "whole", "processor", "peak memory"], lines)


def _print_yardsticks(full: Measured, tiny: Measured, yardsticks: dict[str, Measured]) -> None:
    work = full.seconds - tiny.seconds
    processor_work = full.processor_seconds - tiny.processor_seconds
    lines = [["full run, less the fixed part", work, processor_work, full.cells[-1]]]
    for name, yardstick in yardsticks.items():
        ratios = (work / yardstick.seconds, processor_work / yardstick.processor_seconds)
        lines.append([name, *yardstick.cells, *ratios])
    headers = ["same rows", "whole", "processor", "peak memory", "run ÷ this", "by processor"]
    _print_table(headers, lines)


def _print_reads(source: Path, workspace: Path, *, is_elsewhere: bool) -> None:
    """What asking takes, with everything in memory: milliseconds, the median of many times."""
    root = workspace / "export/current" / str(WEBSITE) / API_ROOT
    with PublishedMarts(workspace / "marts.duckdb") as marts:
        as_of = marts.run()["as_of"]
        month = RequestedRange(WEBSITE, as_of - timedelta(days=29), as_of)
        page = _median_ms(lambda: [(root / file).read_bytes() for file in PAGE])
        lines = [
            ["calculate, 30 days", _median_ms(lambda: marts.calculate(month))],
            [f"dashboard from {len(PAGE)} exported files", page],
        ]
    if is_elsewhere:
        queries = load_dashboard(source, WEBSITE, as_of)
        lines += [[f"PostgreSQL, {name}", milliseconds] for name, milliseconds in queries.items()]
        asked = sum(queries.values())
        lines.append([f"PostgreSQL, all; the files take {page / asked:.4f} of it", asked])
    _print_table(["one website", "milliseconds"], lines)


def _median_ms(ask: Callable[[], object]) -> float:
    taken = []
    for _ in range(TIMES):
        began = time.perf_counter()
        ask()
        taken.append(1000 * (time.perf_counter() - began))
    return statistics.median(taken)


def _print_table(headers: list[str], lines: list[list]) -> None:
    print(tabulate(lines, headers, tablefmt="github", floatfmt=".1f"), end="\n\n", flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
