"""Rows that arrive as text: into a temporary table of DuckDB, as they come."""

from collections.abc import Iterator
from itertools import islice

import duckdb
import pyarrow as pa

BATCH_ROWS = 50_000

Row = tuple[dict[str, str | None], str | None]
"""A delivered row: its values as text, and the line itself where not all of it could be kept."""


def has_surrogate(text: str) -> bool:
    """Whether a text has half of a surrogate pair, which no UTF-8 can hold."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False


def text_rows(
    connection: duckdb.DuckDBPyConnection,
    rows: Iterator[Row],
    columns: list[str],
    table: str = "delivered_text",
) -> duckdb.DuckDBPyRelation:
    """The rows as a temporary table, since what they come from is read only once.

    Raises what reading them raised, without the words of those it went through.
    """
    schema = pa.schema([(column, pa.string()) for column in (*columns, "_line")])
    raised: list[Exception] = []
    batches = _batches(_noting(rows, raised), columns, schema)
    connection.register("arriving", pa.RecordBatchReader.from_batches(schema, batches))
    try:
        connection.execute(f"create or replace temp table {table} as from arriving")
    except duckdb.Error:
        if raised:
            raise raised[0] from None
        raise
    finally:
        connection.unregister("arriving")
    return connection.table(table)


def _noting(rows: Iterator[Row], raised: list[Exception]) -> Iterator[Row]:
    try:
        yield from rows
    except Exception as error:
        raised.append(error)
        raise


def _batches(
    rows: Iterator[Row], columns: list[str], schema: pa.Schema
) -> Iterator[pa.RecordBatch]:
    while batch := list(islice(rows, BATCH_ROWS)):
        yield pa.RecordBatch.from_arrays(
            [
                *(pa.array([values.get(c) for values, _ in batch], pa.string()) for c in columns),
                pa.array([line and _printable(line) for _, line in batch], pa.string()),
            ],
            schema=schema,
        )


def _printable(line: str) -> str:
    return line.encode(errors="surrogateescape").decode(errors="backslashreplace")
