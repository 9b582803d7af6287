"""The models on Spark for many datasets: dbt builds again and again in one session.

A run starts Java and dbt anew, which takes longer than the models of a small dataset;
`test_spark_runs` proves what it does.
"""

from pathlib import Path
from typing import Any
from uuid import uuid4

import duckdb
import pytest

from orchestration.installation import project_root
from orchestration.transform.spark.build import ARGUMENTS, SPARK_TABLES
from orchestration.transform.spark.dbt_main import open_prepared
from orchestration.transform.spark.lakehouse import emptied
from orchestration.transform.spark.landing import land_raw
from orchestration.transform.spark.session import release_schemas

INTERPRETED = {
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.shuffle.partitions": "1",
}
"""Rows this few are done before Java code would be compiled for them."""


def build_tables(connection: duckdb.DuckDBPyConnection, folder: Path) -> Path:
    """Build all tables of what an open warehouse has pulled; gives the folder that holds them.

    Needs `keep_ansi` to have been called in this process.
    """
    from dbt.cli.main import dbtRunner

    tables = folder / uuid4().hex
    tables.mkdir(parents=True)
    land_raw(connection, emptied(folder / "raw"))
    session = open_prepared(folder, tables)
    for name, value in INTERPRETED.items():
        session.conf.set(name, value)
    paths = ("--target-path", str(folder / "target"), "--log-path", str(folder / "target"))
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(project_root())
        patch.setenv(SPARK_TABLES, str(tables))
        done: Any = dbtRunner().invoke(["--quiet", *ARGUMENTS, *paths])
    release_schemas(session)
    results = done.result.results if done.result else []
    failed = [f"{each.node.name}: {each.message}" for each in results if each.status == "error"]
    assert done.success, failed or done.exception
    return tables
