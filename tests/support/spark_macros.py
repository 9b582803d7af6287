"""A macro on both engines: the same values, read by each in its own words."""

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import duckdb

from orchestration.transform.spark.landing import land_raw
from orchestration.workspace.duckdb_setup import register_functions
from support.macros import project_macros

Expressions = Callable[[ModuleType], Mapping[str, str]]
"""The named columns to select, made of an engine's macros."""
FILES = (
    *("analytics_records.sql", "campaigns.sql", "config_date.sql", "config_integer.sql"),
    *("limits.sql", "local_time.sql", "ratio.sql", "read_values.sql"),
)


def differences(session: Any, values: str, expressions: Expressions) -> list[tuple[str, ...]]:
    """Where Spark says something else than DuckDB: of which row, what, and what each says.

    `values` is a query for DuckDB; its rows are `raw.orders`, which lands for Spark as a run's do.
    """
    with tempfile.TemporaryDirectory() as scratch, duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        register_functions(connection)
        connection.execute("create schema raw")
        connection.execute(
            f"create table raw.orders as select row_number() over () as place, * from ({values})"
        )
        land_raw(connection, Path(scratch, "raw"))
        session.read.parquet(f"{scratch}/raw/orders").createOrReplaceTempView("orders")
        columns = {engine: _columns(expressions, engine) for engine in ("duckdb", "spark")}
        connection.execute(f"create table ours as select {columns['duckdb']} from raw.orders")
        theirs = f"{scratch}/theirs"
        session.sql(f"select {columns['spark']} from orders").write.parquet(theirs)
        found = connection.execute(
            "select column_name, data_type from duckdb_columns() where table_name = 'ours'"
            " and column_name != 'place'"
        ).fetchall()
        return [
            row
            for name, kind in found
            for row in connection.execute(
                f"select orders, '{name}', cast(ours.{name} as varchar),"
                f" cast(theirs.{name} as varchar)"
                " from ours inner join raw.orders using (place)"
                f" left join read_parquet('{theirs}/*.parquet') as theirs using (place)"
                f" where ours.{name} is distinct from cast(theirs.{name} as {kind})"
                " order by place"
            ).fetchall()
        ]


def _columns(expressions: Expressions, engine: str) -> str:
    named = expressions(project_macros(*FILES, engine=engine))
    return ", ".join(["place", *(f"{sql} as {name}" for name, sql in named.items())])
