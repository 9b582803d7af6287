"""dbt's own command with its session of Spark: `python -m` this, with dbt's words.

LAKEHOUSE names the folder in which raw landed, SPARK_TABLES the one that tables are built into.
"""

import os
import sys
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.errors import LoyaltyError
from orchestration.settings import load_settings
from orchestration.transform.run_process import end_with_run
from orchestration.transform.spark.build import LAKEHOUSE, SPARK_TABLES, first_words
from orchestration.transform.spark.session import (
    ANSI,
    check_shared,
    claim_schemas,
    describe_spark,
    is_local,
    name_raw,
    open_session,
    release_schemas,
)
from orchestration.workspace.duckdb_setup import Limits

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

QUERIES = "SQLQueryContextLogger"
"""Spark's logger, which writes the whole plan of a query that fails; dbt says why it did."""

HIVE = "Failed to set spark.sql.catalogImplementation"
"""What a client of Spark Connect warns of at each of dbt's statements, which ask for Hive."""


def main() -> None:
    """Run dbt with the arguments of this process."""
    end_with_run()
    from dbt.cli.main import cli
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    warnings.filterwarnings("ignore", message=HIVE)
    keep_ansi()
    try:
        session = open_prepared(Path(os.environ[LAKEHOUSE]), Path(os.environ[SPARK_TABLES]))
    except LoyaltyError as error:
        sys.exit(str(error))
    except (Py4JError, PySparkException) as error:
        sys.exit(f"{describe_spark()} can't be used: {first_words(str(error))}")
    try:
        cli()
    finally:
        release_schemas(session)
        session.stop()


def open_prepared(lakehouse: Path, tables: Path) -> "SparkSession":
    """A session that knows what was landed, and whose executors write where this process reads."""
    from pyspark.logger import PySparkLogger

    session = open_session(tables, Limits.of(load_settings()))
    PySparkLogger.getLogger(QUERIES).disabled = True
    claim_schemas(session, lakehouse)
    if not is_local():
        check_shared(session, tables)
    name_raw(session, lakehouse / "raw")
    return session


def keep_ansi() -> None:
    """Have dbt leave ANSI on, which dbt-spark turns off before every statement."""
    from dbt.adapters.spark.connections import SparkCredentials

    prepare = SparkCredentials.__post_init__

    def prepare_with_ansi(credentials: SparkCredentials) -> None:
        prepare(credentials)
        credentials.server_side_parameters[ANSI] = "true"

    SparkCredentials.__post_init__ = prepare_with_ansi


if __name__ == "__main__":
    main()
