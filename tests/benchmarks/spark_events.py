"""What each model made Spark read, shuffle, spill and write: told by the event log of a build.

    PYTHONPATH=tests python tests/benchmarks/spark_events.py LOG [LOG]

A session writes its log where `spark.eventLog.enabled` is set, into `spark.eventLog.dir`;
`spark.eventLog.compress` and `spark.eventLog.rolling.enabled` have to be false. Of two logs, of a
small and a large ledger, it prints by how much each model grew. Bytes and rows don't hang on how
busy the machine is; seconds do.
"""

import json
import re
import statistics
import sys
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tabulate import tabulate

WRITES = re.compile(r"Arguments: \S+/\w+\.db/(\w+), ")
"""Where the plan of a statement says which table it writes."""
ROOT = "spark.sql.execution.root.id"
SHOWN_BYTES = 1_000_000
MB = 1_000_000


@dataclass
class Task:
    """What one task did."""

    seconds: float
    processor_seconds: float
    rows: int
    read_bytes: int
    shuffled_bytes: int
    spilled_bytes: int
    written_rows: int
    written_bytes: int
    peak_bytes: int


@dataclass
class Model:
    """What all tasks of a model's stages did."""

    stages: dict[int, list[Task]] = field(default_factory=lambda: defaultdict(list))

    def total(self, figure: str) -> float:
        """A figure of all tasks together."""
        return sum(getattr(task, figure) for task in self._tasks)

    def greatest(self, figure: str) -> float:
        """A figure of the task that has most of it."""
        return max(getattr(task, figure) for task in self._tasks)

    def skew(self, figure: str) -> float:
        """The most that a task has ÷ the median of its stage, where that most is greatest."""
        stage = max(
            self.stages.values(), key=lambda tasks: max(getattr(task, figure) for task in tasks)
        )
        values = [getattr(task, figure) for task in stage]
        return max(values) / (statistics.median(values) or 1)

    @property
    def tasks(self) -> int:
        """How many tasks there were."""
        return sum(map(len, self.stages.values()))

    @property
    def moved_bytes(self) -> float:
        """What was read from files or shuffled."""
        return self.total("read_bytes") + self.total("shuffled_bytes")

    @property
    def _tasks(self) -> Iterable[Task]:
        return (task for tasks in self.stages.values() for task in tasks)


@dataclass
class Build:
    """A session's models, in the order in which they were built."""

    seconds: float
    models: dict[str, Model]

    @property
    def processor_seconds(self) -> float:
        """What all tasks used of the processor."""
        return sum(model.total("processor_seconds") for model in self.models.values())


def read_events(log: Path) -> Build:
    """The build that an event log tells of; jobs that build no table are left out."""
    names: dict[int, str] = {}
    statements: dict[int, int] = {}
    models: dict[str, Model] = defaultdict(Model)
    times = []
    with log.open() as lines:
        for line in lines:
            event = json.loads(line)
            kind = event["Event"].rpartition(".")[2]
            if kind == "SparkListenerSQLExecutionStart":
                if found := WRITES.search(event["physicalPlanDescription"]):
                    names[event["rootExecutionId"]] = found[1]
            elif kind == "SparkListenerJobStart":
                if root := event["Properties"].get(ROOT):
                    statements |= dict.fromkeys(event["Stage IDs"], int(root))
            elif kind == "SparkListenerTaskEnd" and not event["Task Info"]["Failed"]:
                stage = event["Stage ID"]
                if name := names.get(statements.get(stage, -1)):
                    models[name].stages[stage].append(_task(event))
            elif kind in ("SparkListenerApplicationStart", "SparkListenerApplicationEnd"):
                times.append(event["Timestamp"])
    return Build((times[-1] - times[0]) / 1000, dict(models))


def find_log(folder: Path) -> Path:
    """The one event log of a folder."""
    (log,) = (path for path in folder.iterdir() if not path.name.startswith("."))
    return log


def print_build(build: Build) -> None:
    """Print what each model took, those that moved most first; small ones in one line."""
    headers = [
        *("model", "rows read", "MB read", "MB shuffled", "MB spilled", "rows written"),
        *("MB written", "tasks", "processor s", "longest task s", "÷ median", "most rows ÷ median"),
        "MB of a task",
    ]
    shown = {
        name: model for name, model in build.models.items() if model.moved_bytes >= SHOWN_BYTES
    }
    lines = [
        [
            f"`{name}`",
            *_sums([model]),
            model.greatest("seconds"),
            model.skew("seconds"),
            model.skew("rows"),
            model.greatest("peak_bytes") / MB,
        ]
        for name, model in sorted(shown.items(), key=lambda named: -named[1].moved_bytes)
    ]
    others = [model for name, model in build.models.items() if name not in shown]
    lines.append([f"{len(others)} others", *_sums(others)])
    lines.append(["together", *_sums(build.models.values())])
    print(tabulate(lines, headers, tablefmt="github", floatfmt=".1f", intfmt=","), end="\n\n")


def print_growth(small: Build, large: Build) -> None:
    """Print how many times as much each model of the larger ledger read, shuffled and wrote."""
    figures = ("rows", "read_bytes", "shuffled_bytes", "written_rows", "written_bytes")
    headers = ["model", *(figure.replace("_", " ") for figure in figures)]
    lines = [
        [
            f"`{name}`",
            *(
                model.total(figure) / small.models[name].total(figure)
                if small.models[name].total(figure)
                else None
                for figure in figures
            ),
        ]
        for name, model in sorted(large.models.items(), key=lambda named: -named[1].moved_bytes)
        if model.moved_bytes >= SHOWN_BYTES and name in small.models
    ]
    print(tabulate(lines, headers, tablefmt="github", floatfmt=".1f"), end="\n\n")


def _sums(models: Iterable[Model]) -> list[float]:
    models = list(models)

    def total(figure: str) -> float:
        return sum(model.total(figure) for model in models)

    return [
        total("rows"),
        *(total(f"{figure}_bytes") / MB for figure in ("read", "shuffled", "spilled")),
        total("written_rows"),
        total("written_bytes") / MB,
        sum(model.tasks for model in models),
        total("processor_seconds"),
    ]


def _task(event: dict[str, Any]) -> Task:
    metrics = event["Task Metrics"]
    read, shuffled = metrics["Input Metrics"], metrics["Shuffle Read Metrics"]
    return Task(
        seconds=metrics["Executor Run Time"] / 1e3,
        processor_seconds=metrics["Executor CPU Time"] / 1e9,
        rows=read["Records Read"] + shuffled["Total Records Read"],
        read_bytes=read["Bytes Read"],
        shuffled_bytes=metrics["Shuffle Write Metrics"]["Shuffle Bytes Written"],
        spilled_bytes=metrics["Disk Bytes Spilled"],
        written_rows=metrics["Output Metrics"]["Records Written"],
        written_bytes=metrics["Output Metrics"]["Bytes Written"],
        peak_bytes=metrics["Peak Execution Memory"],
    )


if __name__ == "__main__":
    builds = [read_events(Path(log)) for log in sys.argv[1:]]
    for told in builds:
        print_build(told)
    if len(builds) > 1:
        print_growth(builds[0], builds[-1])
