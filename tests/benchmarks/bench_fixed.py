"""What a run costs that has next to nothing to do: Python, Dagster, dbt, and models of any size.

    make bench-fixed

The demo is so small that DuckDB works a second of a full run. Each run stands beside what Python
takes to import the libraries, in turn with it, so that the ratio tells more than the seconds of a
machine that is busy with other work.
"""

import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from support.commands import LOYALTY, clean_environment
from support.replay import PROJECT
from tabulate import tabulate

TIMES = 5
LIBRARIES = "import dagster, dagster_dbt, dbt.cli.main, duckdb, pandas"
IMPORTS, FULL, NOTHING = "imports", "full run", "nothing changed"


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        _round(Path(folder, "first"))  # which parses the project, if that changed
        rounds = [_round(Path(folder, str(number))) for number in range(TIMES)]
    took = {name: _medians([figures[name] for figures in rounds]) for name in rounds[0]}
    wall, processor = took[IMPORTS]
    lines = [
        [name, seconds, seconds / wall, worked, worked / processor]
        for name, (seconds, worked) in took.items()
    ]
    headers = ["what", "seconds", "times imports", "processor seconds", "times imports"]
    print(tabulate(lines, headers, tablefmt="github", floatfmt=".1f"))


def _round(workspace: Path) -> dict[str, tuple[float, float]]:
    """The imports, a full run into a new workspace, and a run where nothing changed."""
    run = [str(LOYALTY), "run", "--source", "demo", "--workspace", str(workspace)]
    return {
        IMPORTS: _measure([sys.executable, "-c", LIBRARIES]),
        FULL: _measure([*run, "--full-refresh"]),
        NOTHING: _measure(run),
    }


def _medians(figures: list[tuple[float, float]]) -> list[float]:
    return [statistics.median(column) for column in zip(*figures, strict=True)]


def _measure(command: Sequence[str]) -> tuple[float, float]:
    """The seconds that a command takes, and those of processors that it and its children take."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    subprocess.run(
        command, cwd=PROJECT, env=clean_environment(), stdout=subprocess.DEVNULL, check=True
    )
    seconds, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    return seconds, after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


if __name__ == "__main__":
    main()
