"""A full build on Spark of the raw tables that have landed; DuckDB then takes its tables over."""

import json
import logging
import os
import re
import subprocess
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TextIO
from uuid import uuid4

from orchestration.errors import RunError
from orchestration.installation import project_root
from orchestration.transform.dbt_command import RUN_PROCESS, dbt_environment, end_process
from orchestration.transform.spark.lakehouse import emptied
from orchestration.transform.spark.session import describe_spark

log = logging.getLogger(__name__)

LAKEHOUSE = "LOYALTY_LAKEHOUSE"
SPARK_TABLES = "LOYALTY_SPARK_TABLES"
"""The variable by which dbt knows where tables lie: on Spark those it builds, on DuckDB those that
it takes over."""
COMMAND = [sys.executable, "-P", "-m", "orchestration.transform.spark.dbt_main"]
NOT_ON_SPARK = ("config.materialized:table_macro", "tag:python+")
"""What DuckDB builds: macros, and all that descends from a model that calls Python."""
ARGUMENTS = (
    *("build", "--target", "spark", "--full-refresh", "--profiles-dir", "dbt_project"),
    *("--log-format", "json", "--log-format-file", "debug"),
    *("--resource-type", "seed", "--resource-type", "model", "--exclude", *NOT_ON_SPARK),
)
BUILT = ("LogModelResult", "LogSeedResult")
FAILURES = ("RunResultError", "RunResultErrorNoMessage")
PROGRESS_EVERY = 50
ERROR_CLASS = re.compile(r"\[[A-Z][A-Z0-9_.]+\] [^\n]+")
"""How Spark's own errors begin."""


def build_tables(lakehouse: Path, target: Path, variables: Mapping[str, str]) -> Path:
    """Build the tables of what has landed; gives their folder, which is this build's own.

    A server may still be writing into the one of a run that was killed. dbt writes into `target`.
    Raises `RunError` where dbt fails.
    """
    tables = emptied(lakehouse / "tables") / uuid4().hex[:8]
    tables.mkdir()
    target.mkdir(parents=True, exist_ok=True)
    log.info("dbt build on %s", describe_spark())
    process = subprocess.Popen(
        [*COMMAND, *ARGUMENTS, "--target-path", str(target), "--log-path", str(target)],
        cwd=project_root(),
        env=dbt_environment(
            {
                **variables,
                LAKEHOUSE: str(lakehouse),
                SPARK_TABLES: str(tables),
                RUN_PROCESS: str(os.getpid()),
            }
        ),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        with (target / "spark.log").open("w") as rest:
            failures = _follow(process.stdout or (), rest)
        process.wait()
    finally:  # a run that is stopped
        end_process(process)
    if process.returncode:
        raise RunError("\n".join(("dbt build on Spark failed", *failures, f"logs: {target}")))
    return tables


def _follow(lines: Iterable[str], rest: TextIO) -> list[str]:
    """Tell how far dbt is; gives a line for each model that failed, else the last that was said.

    What others than dbt say goes into `rest`.
    """
    built, failures, last = 0, [], ""
    for line in lines:
        try:
            event = json.loads(line)
            info, data = event["info"], event["data"]
        except (ValueError, TypeError, KeyError):
            rest.write(line)
            last = line.strip() or last
            continue
        if info["name"] in BUILT:
            built += 1
            if built % PROGRESS_EVERY == 0:
                log.info("%d models done", built)
        elif info["name"] in FAILURES:
            failures.append(f"{data['node_info']['unique_id']}: {first_words(info['msg'])}")
        elif info["level"] == "error":
            last = first_words(info["msg"])
    return failures or [last]


def first_words(error: str) -> str:
    """What Spark's error begins with, without the plan and Java's frames that follow; else a line.

    The first line of dbt's own errors names the model alone.
    """
    found = ERROR_CLASS.search(error)
    if found:
        return found[0].strip()
    lines = [line.strip() for line in error.strip().splitlines() if line.strip()]
    return next((line for line in lines[1:2]), "".join(lines[:1]))
