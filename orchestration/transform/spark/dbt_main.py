"""dbt's own command with its session of Spark: `python -m` this, LOYALTY_LAKEHOUSE, dbt's words.

The folder LOYALTY_LAKEHOUSE holds `raw`, where what was pulled landed, and `tables`, which dbt
builds there.
"""

import os
from pathlib import Path

from dbt.adapters.spark.connections import SparkCredentials
from dbt.cli.main import cli
from pyspark.logger import PySparkLogger

from orchestration.transform.spark.forecasts import register_forecasts
from orchestration.transform.spark.session import ANSI, LAKEHOUSE, name_raw, open_session

QUERIES = "SQLQueryContextLogger"
"""Spark's logger, which writes the whole plan of a query that fails; dbt says why it did."""


def main() -> None:
    """Run dbt with the arguments of this process."""
    lakehouse = Path(os.environ[LAKEHOUSE])
    keep_ansi()
    session = open_session(lakehouse / "tables")
    PySparkLogger.getLogger(QUERIES).disabled = True
    name_raw(session, lakehouse / "raw")
    register_forecasts(session)
    cli()


def keep_ansi() -> None:
    """Have dbt leave ANSI on, which dbt-spark turns off before every statement."""
    prepare = SparkCredentials.__post_init__

    def prepare_with_ansi(credentials: SparkCredentials) -> None:
        prepare(credentials)
        credentials.server_side_parameters[ANSI] = "true"

    SparkCredentials.__post_init__ = prepare_with_ansi


if __name__ == "__main__":
    main()
