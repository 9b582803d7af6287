"""The deliveries that were published before: what the contract of deliveries holds a new one to."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from orchestration.errors import BusyError
from orchestration.workspace.database_files import quoted_path


@contextmanager
def attached(connection: duckdb.DuckDBPyConnection, published: Path | None) -> Iterator[None]:
    """Have the published marts at hand, if there are any; not within a transaction."""
    if published is not None:
        try:
            connection.execute(f"attach {quoted_path(published)} as last_published (read_only)")
        except duckdb.IOException as error:
            message = str(error).strip().splitlines()[0]
            raise BusyError(f"{published} can't be read: {message}") from None
    try:
        yield
    finally:
        if published is not None:
            connection.execute("detach last_published")


def load_published_rows(connection: duckdb.DuckDBPyConnection) -> None:
    """Bring what was delivered to the last published run into raw; nothing where none was."""
    connection.execute(
        "create or replace table raw.published_rows (entity varchar, website_id bigint,"
        " transaction_type varchar, reason varchar, delivered_rows bigint)"
    )
    if connection.execute(
        "select 1 from duckdb_tables() where database_name = 'last_published'"
        " and schema_name = 'main' and table_name = 'fct_delivered_rows'"
    ).fetchone():
        connection.execute(
            "insert into raw.published_rows by name"
            " select entity, website_id, transaction_type, reason, delivered_rows"
            " from last_published.fct_delivered_rows"
        )
