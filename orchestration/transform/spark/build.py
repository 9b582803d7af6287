"""A full build on Spark: raw lands, dbt builds; DuckDB then takes the tables over."""

import logging
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from duckdb import DuckDBPyConnection

from orchestration.errors import RunError
from orchestration.installation import project_root
from orchestration.transform.dbt_command import dbt_environment, end_process
from orchestration.transform.spark.landing import land_raw
from orchestration.transform.spark.session import LAKEHOUSE

log = logging.getLogger(__name__)

COMMAND = [sys.executable, "-P", "-m", "orchestration.transform.spark.dbt_main"]
ARGUMENTS = (
    *("--quiet", "build", "--target", "spark", "--full-refresh", "--profiles-dir", "dbt_project"),
    *("--resource-type", "seed", "--resource-type", "model"),
    *("--exclude", "config.materialized:table_macro"),
)
LAST_LINES = 30


def build_on_spark(
    connection: DuckDBPyConnection, lakehouse: Path, target: Path, variables: Mapping[str, str]
) -> None:
    """Build every table into the folder `lakehouse`; dbt writes into the folder `target`.

    The connection is one to the warehouse that was pulled into. Raises `RunError` where dbt fails.
    """
    land_raw(connection, lakehouse / "raw")
    log.info("dbt build on Spark")
    process = subprocess.Popen(
        [*COMMAND, *ARGUMENTS, "--target-path", str(target), "--log-path", str(target)],
        cwd=project_root(),
        env=dbt_environment({**variables, LAKEHOUSE: str(lakehouse)}),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        said, _ = process.communicate()
    finally:  # a run that is stopped
        end_process(process)
    if process.returncode:
        last = "\n".join(said.strip().splitlines()[-LAST_LINES:])
        raise RunError(f"dbt build on Spark failed\n{last}")
