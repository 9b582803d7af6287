"""The condition of a mapping on an entity's files, in DuckDB's SQL: which of the rows count."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from duckdb import ConstantExpression, DuckDBPyConnection, DuckDBPyRelation


@dataclass(frozen=True)
class Condition:
    """A condition on the rows of an entity."""

    where: str
    entity: str

    def names(self, connection: DuckDBPyConnection) -> list[str]:
        """The names in it that may be those of columns."""
        statement = f"select 1 where ({self.where}\n)"
        (text,) = connection.execute("select json_serialize_sql(?)", [statement]).fetchone()
        return list(_column_names(json.loads(text)))

    def keep(self, rows: DuckDBPyRelation) -> DuckDBPyRelation:
        """The rows that meet it, and lines that can't be read, which are to be quarantined.

        Raises `duckdb.Error` where DuckDB can't follow it.
        """
        nulls = [f"{_quoted(name)} is null" for name in rows.columns if name != "_line"]
        is_broken = " and ".join(["_line is not null", *nulls])
        return rows.filter(f"({is_broken}) or ({self.where}\n)")

    def absent_name(self, connection: DuckDBPyConnection, rows: DuckDBPyRelation) -> str | None:
        """A name in it of which no row has a value; None where each has one."""
        for name in self.names(connection):
            if not rows.count(_quoted(name)).fetchone()[0]:
                return name
        return None

    def describe_failure(self, problem: str) -> str:
        """The message that says what is wrong with it."""
        return f"the condition `where: {self.where}` of {self.entity} fails: {problem}"


def null_text_row(connection: DuckDBPyConnection, names: list[str]) -> DuckDBPyRelation:
    """A row of these columns and `_line` as text, on which a condition can be tried."""
    null = ConstantExpression(None).cast("VARCHAR")
    return connection.sql("select 1").select(*(null.alias(name) for name in (*names, "_line")))


def _column_names(node: Any) -> Iterator[str]:
    """The names of columns in a statement as DuckDB serializes it."""
    if isinstance(node, dict):
        yield from node.get("column_names", ())
    children = node.values() if isinstance(node, dict) else node
    for child in children if isinstance(node, dict | list) else ():
        yield from _column_names(child)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
