"""Spark elsewhere than in the run's own process: a cluster, and a server of Spark Connect.

Both of the jars that pyspark ships, on this machine, in processes of their own.
"""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.commands import clean_environment
from support.replay import PROJECT
from support.spark_marks import needs_spark

pytestmark = needs_spark

PROVE = """
import sys
from pathlib import Path
from orchestration.errors import RunError
from orchestration.transform.spark.dbt_main import keep_ansi, open_prepared
from orchestration.transform.spark.session import check_shared, claim_schemas, release_schemas
from pyspark.errors import PySparkException

lakehouse = Path(sys.argv[1])
session = open_prepared(lakehouse, lakehouse / "tables")
print("zone", session.conf.get("spark.sql.session.timeZone"))
print("instant", session.sql("select cast(timestamp_seconds(0) as string)").collect()[0][0])
try:
    session.sql("select sum(9223372036854775806 + id) from range(1, 4)").collect()
except PySparkException as error:
    print("overflow", error.getCondition())
from dbt.adapters.spark.session import Connection  # as dbt sends it
keep_ansi()
from dbt.adapters.spark.connections import SparkCredentials
sent = SparkCredentials(host="none", schema="main", method="session").server_side_parameters
cursor = Connection(server_side_parameters=sent).cursor()
cursor.execute(
    f"create table main.counted location '{lakehouse}/tables/main.db/counted'"
    " as select max(number) as greatest from raw.numbers"
)
cursor.execute("select * from main.counted")
print("counted", cursor.fetchall()[0][0])
claim_schemas(session, lakehouse)
try:
    claim_schemas(session, lakehouse / "another")
except RunError as error:
    print("refused", error)
import shutil
shutil.rmtree(lakehouse / "tables" / "probe")
import pyspark.sql.readwriter, pyspark.sql.connect.readwriter
for module in (pyspark.sql.readwriter, pyspark.sql.connect.readwriter):
    write = module.DataFrameWriter.parquet
    module.DataFrameWriter.parquet = (
        lambda self, path, write=write: write(self, path.replace("tables", "elsewhere"))
    )
try:
    check_shared(session, lakehouse / "tables")
except RunError as error:
    print("apart", error)
release_schemas(session)
session.stop()
"""


@pytest.fixture(params=["standalone", "connect"])
def cluster(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[dict[str, str]]:
    from support.spark_clusters import connect_server, standalone_cluster

    start = standalone_cluster if request.param == "standalone" else connect_server
    with start(tmp_path / "cluster") as variables:
        yield variables


def test_a_session_elsewhere_counts_as_one_here(cluster: dict[str, str], tmp_path: Path) -> None:
    import duckdb

    lakehouse = tmp_path / "a lakehouse"
    (lakehouse / "raw" / "numbers").mkdir(parents=True)
    (lakehouse / "tables").mkdir()
    duckdb.sql(
        f"copy (select unnest(range(1000)) as number) to '{lakehouse}/raw/numbers/part-0.parquet'"
    )
    done = subprocess.run(
        [sys.executable, "-c", PROVE, str(lakehouse)],
        cwd=PROJECT,
        env=clean_environment(**cluster),
        capture_output=True,
        text=True,
        check=False,
    )
    said = dict(line.split(" ", 1) for line in done.stdout.splitlines())
    assert said["zone"] == "UTC", done.stderr
    assert said["instant"] == "1970-01-01 00:00:00"
    assert said["overflow"].startswith("ARITHMETIC_OVERFLOW")
    assert said["counted"] == "999"
    assert "has a schema raw that isn't of" in said["refused"]
    assert said["apart"].startswith("0 of ")
    assert duckdb.sql(
        f"from read_parquet('{lakehouse}/tables/main.db/counted/*.parquet')"
    ).fetchall() == [(999,)]
