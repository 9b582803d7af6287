"""The Spark session that dbt builds in: one for the process, with what equal figures need."""

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.errors import RunError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

LAKEHOUSE = "LOYALTY_LAKEHOUSE"
"""The variable by which dbt knows where Spark's tables lie: those it builds, or takes over."""
ANSI = "spark.sql.ansi.enabled"
ZONE = "spark.sql.session.timeZone"
SETTINGS = {
    ANSI: "true",
    ZONE: "UTC",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
}
"""An overflow fails; instants are written, and taken apart, in UTC and to the microsecond."""
LOCAL = {
    "spark.master": "local[*]",
    "spark.driver.memory": "4g",
    "spark.sql.catalogImplementation": "in-memory",
    "spark.sql.shuffle.partitions": "4",
    "spark.ui.enabled": "false",
}
"""On this machine alone. The catalog lives as long as the process, which is that of dbt."""
MISSING = "Spark isn't installed: pip install 'loyalty-analytics[spark]', and Java 17 or newer"


def open_session(lakehouse: Path) -> "SparkSession":
    """This process's session, whose tables lie in the folder `lakehouse`."""
    if shutil.which("java") is None:
        raise RunError(MISSING)
    try:
        from pyspark.sql import SparkSession
    except ModuleNotFoundError:
        raise RunError(MISSING) from None
    settings = {
        **LOCAL,
        **SETTINGS,
        "spark.sql.warehouse.dir": str(lakehouse),
        "spark.pyspark.python": sys.executable,
    }
    builder = SparkSession.builder.appName("loyalty")
    for name, value in settings.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    session.sparkContext.pythonExec = sys.executable
    check_session(session)
    return session


def check_session(session: "SparkSession") -> None:
    """Raise `RunError` where figures could wrap, turn null in silence or slip to another date."""
    for name, value in ((ANSI, "true"), (ZONE, "UTC")):
        found = session.conf.get(name)
        if found != value:
            raise RunError(f"Spark's {name} is {found}, and has to be {value}")


def name_raw(session: "SparkSession", raw: Path) -> None:
    """Let models find the landed tables under the schema `raw`."""
    session.sql("create schema if not exists raw")
    for table in sorted(path.name for path in raw.iterdir()):
        session.sql(f"create or replace view raw.{table} as select * from parquet.`{raw / table}`")
