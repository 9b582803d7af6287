"""The Spark session that dbt builds in: one for the process, with what equal figures need."""

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from orchestration.errors import RunError, UsageError
from orchestration.workspace.duckdb_setup import Limits

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

REMOTE = "SPARK_REMOTE"
"""Spark's own variable for a server of Spark Connect."""
CONF_DIR = "SPARK_CONF_DIR"
"""Spark's own variable for the folder of `spark-defaults.conf`, which names a master."""
ANSI = "spark.sql.ansi.enabled"
ZONE = "spark.sql.session.timeZone"
SETTINGS = {
    ANSI: "true",
    ZONE: "UTC",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
    "spark.sql.sources.default": "parquet",
}
"""An overflow fails; instants are written, and taken apart, in UTC and to the microsecond."""
LOCAL = {"spark.sql.shuffle.partitions": "4", "spark.ui.enabled": "false"}
"""On this machine alone, where more would only be counted."""
LOCAL_HEAP = 4_000_000_000
BESIDE_HEAP = 1_500_000_000
"""What a run takes beside Java's heap: Python, Dagster and dbt, and Java itself."""
LEAST_HEAP = 500_000_000
"""Spark starts with no less."""
SCHEMAS = ("raw", "main", "staging", "intermediate", "reports")
PROBE_PARTS = 4
"""Files that each core of a cluster writes to show that they arrive."""


def is_local() -> bool:
    """Whether Spark works in this process's machine alone, as nobody has said otherwise."""
    return REMOTE not in os.environ and CONF_DIR not in os.environ


def describe_spark() -> str:
    """Where Spark works, without what nobody should read."""
    if REMOTE in os.environ:
        return f"Spark at {urlsplit(os.environ[REMOTE]).netloc.rpartition('@')[2]}"
    if CONF_DIR in os.environ:
        return f"Spark as {os.environ[CONF_DIR]} has it"
    return "Spark on this machine"


def heap_bytes(limits: Limits) -> int:
    """How much of the memory Java's heap may take; raises `UsageError` where that is too little."""
    if limits.memory is None:
        return LOCAL_HEAP
    if limits.memory < BESIDE_HEAP + LEAST_HEAP:
        raise UsageError(
            f"LOYALTY_MEMORY_LIMIT: Spark on this machine needs at least"
            f" {(BESIDE_HEAP + LEAST_HEAP) // 1_000_000}MB"
        )
    return limits.memory - BESIDE_HEAP


def open_session(tables: Path, limits: Limits | None = None) -> "SparkSession":
    """This process's session; its catalog has a folder of its own within the folder `tables`."""
    from pyspark.sql import SparkSession

    settings = dict(SETTINGS)
    if REMOTE not in os.environ:  # the catalog lives as long as the process, which is that of dbt
        settings["spark.sql.catalogImplementation"] = "in-memory"
        settings["spark.sql.warehouse.dir"] = str(tables / "catalog")
    if is_local():
        limits = limits or Limits()
        settings |= LOCAL
        settings["spark.master"] = f"local[{limits.threads or '*'}]"
        settings["spark.driver.memory"] = f"{heap_bytes(limits) // 1_000_000}m"
    builder = SparkSession.builder.appName("loyalty")
    for name, value in settings.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    if REMOTE not in os.environ:
        session.sparkContext.setLogLevel("ERROR")
    check_session(session)
    return session


def check_session(session: "SparkSession") -> None:
    """Raise `RunError` where figures could wrap, turn null in silence or slip to another date."""
    for name, value in ((ANSI, "true"), (ZONE, "UTC")):
        found = session.conf.get(name)
        if found != value:
            raise RunError(f"Spark's {name} is {found}, and has to be {value}")


def claim_schemas(session: "SparkSession", lakehouse: Path) -> None:
    """Make the schemas of the models anew; raises `RunError` where one is somebody else's.

    A server keeps its catalog for all its sessions, and a run that was killed leaves them there.
    Dropping a schema removes its folder in the catalog's, where no table lies.
    """
    mark = f"loyalty {hashlib.sha256(str(lakehouse).encode()).hexdigest()}"
    for schema in SCHEMAS:
        if session.catalog.databaseExists(schema):
            described = session.sql(f"describe schema {schema}").collect()
            comment = next((value for name, value in described if name == "Comment"), "")
            if comment != mark:
                raise RunError(
                    f"{describe_spark()} has a schema {schema} that isn't of {lakehouse}: give this"
                    " workspace a server, or a catalog, of its own"
                )
            session.sql(f"drop schema {schema} cascade")
        session.sql(f"create schema {schema} comment '{mark}'")


def release_schemas(session: "SparkSession") -> None:
    """Have the catalog forget the schemas; the files of their tables stay."""
    for schema in SCHEMAS:
        session.sql(f"drop schema if exists {schema} cascade")


def check_shared(session: "SparkSession", tables: Path) -> None:
    """Raise `RunError` where not all that executors write arrives in the folder `tables` here.

    One that writes to a disk of its own would leave a table with rows missing, and no error.
    """
    cores = 2 if REMOTE in os.environ else session.sparkContext.defaultParallelism
    parts = PROBE_PARTS * cores
    probe = tables / "probe"
    session.range(0, parts, 1, parts).write.parquet(str(probe))
    arrived = len(list(probe.glob("part-*.parquet"))) if probe.exists() else 0
    if arrived != parts:
        raise RunError(
            f"{arrived} of {parts} files that Spark's executors wrote to {tables} arrived there:"
            " mount LOYALTY_LAKEHOUSE at the same path on each machine"
        )


def name_raw(session: "SparkSession", raw: Path) -> None:
    """Let models find the landed tables under the schema `raw`."""
    for table in sorted(path.name for path in raw.iterdir()):
        session.sql(f"create view raw.{table} as select * from parquet.`{raw / table}`")
