"""Parquet files, read by DuckDB in its own types: one for an entity, or the parts of one."""

import glob
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
from duckdb import (
    ColumnExpression,
    ConstantExpression,
    DuckDBPyConnection,
    DuckDBPyRelation,
    Expression,
)

INTEGERS = {
    *("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT"),
    *("UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT"),
}
"""The types of whole numbers, which widen without loss."""
MAX_DIGITS = 38
"""DuckDB reads other values from decimals with more digits than this."""


@dataclass(frozen=True)
class ParquetFile:
    """A Parquet file whose columns are known."""

    path: Path
    types: dict[str, str]
    """The type of each column, by DuckDB's name for it."""
    digits: dict[str, int]
    """How many digits each decimal column has that has more than can be read."""
    remarks: list[str] = field(default_factory=list)
    """Always empty: nothing about a Parquet file needs a remark."""

    @property
    def header(self) -> list[str]:
        """The names of its columns."""
        return list(self.types)

    def check_digits(self, names: Iterable[str | None]) -> None:
        """Raise `duckdb.NotSupportedError` where one of these has more digits than can be read."""
        for name, digits in self.digits.items():
            if name in names:
                raise duckdb.NotSupportedError(
                    f"{name} has {digits} digits, of which {MAX_DIGITS} can be read; write it as"
                    " text"
                )


@dataclass(frozen=True)
class ColumnOrigin:
    """Where a file's values of a column come from: a column of its own, or a text for all rows."""

    name: str | None
    """The file's own column; None where it has none."""
    type_name: str | None
    """The type of what is read; None where there is nothing, so that all values are null."""
    text: str | None = None
    """The text for all rows where there is no column."""


def open_parquet(connection: DuckDBPyConnection, path: Path) -> ParquetFile:
    """Find out a Parquet file's columns from its footer."""
    name = glob.escape(str(path))
    relation = connection.read_parquet(name, hive_partitioning=False)
    types = dict(zip(relation.columns, map(str, relation.types), strict=True))
    digits = connection.execute(
        "select name, precision from parquet_schema(?) where precision > ?", [name, MAX_DIGITS]
    ).fetchall()
    return ParquetFile(path, types, dict(digits))


def read_parquet(
    connection: DuckDBPyConnection,
    names: Sequence[str],
    files: Sequence[tuple[Path, tuple[ColumnOrigin, ...]]],
) -> DuckDBPyRelation:
    """The rows of all files, whose columns are given in the order of their `names`.

    A column that comes in several types comes as what holds the values of all.
    """
    alike: dict[tuple[ColumnOrigin, ...], list[str]] = {}
    for path, columns in files:
        alike.setdefault(columns, []).append(glob.escape(str(path)))
    types = [
        {column.type_name for column in same if column.type_name is not None}
        for same in zip(*alike, strict=True)
    ]
    parts = [
        connection.read_parquet(paths, hive_partitioning=False).select(
            *(
                _value(column, found).alias(name)
                for name, column, found in zip(names, columns, types, strict=True)
            ),
            ConstantExpression(None).cast("VARCHAR").alias("_line"),
        )
        for columns, paths in alike.items()
    ]
    rows = parts[0]
    for part in parts[1:]:
        rows = rows.union(part)
    return rows


def _value(column: ColumnOrigin, types: set[str]) -> Expression:
    """A column's value, cast so that no type of the others takes a digit from it.

    Whole numbers widen, times without a zone are alike, and all else is validated by its text.
    """
    if column.type_name is None:
        return ConstantExpression(None)
    if column.name is None:
        value = ConstantExpression(column.text).cast("VARCHAR")
    else:
        value = ColumnExpression(column.name)
    if len(types) == 1 or types <= INTEGERS:
        return value
    local = {name for name in types if _is_local_time(name)}
    if column.type_name in local:
        value = value.cast("TIMESTAMP")
    return value if types == local else value.cast("VARCHAR")


def _is_local_time(type_name: str) -> bool:
    return type_name == "DATE" or (
        type_name.startswith("TIMESTAMP") and type_name != "TIMESTAMP WITH TIME ZONE"
    )
