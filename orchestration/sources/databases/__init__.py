"""Databases as sources: each entity is a SELECT in the database's own SQL, all in one snapshot.

PostgreSQL and SQLite are read through DuckDB's extensions, DuckDB by an engine of the file's own.
MySQL is read by a client of its own: the extension sends what it is told to (fingerprints, SELECTs
of a mapping) outside the transaction of its scans, so that no snapshot would hold them together.
No value may lose digits on its way: what can't be carried as it is comes as the database's text.
"""

from pathlib import Path

from orchestration.sources.databases.base import DatabaseSource
from orchestration.sources.databases.duckdb import DuckdbSource
from orchestration.sources.databases.mysql import MysqlSource
from orchestration.sources.databases.postgres import PostgresSource
from orchestration.sources.databases.sqlite import SqliteSource
from orchestration.sources.databases.url import kind_of_database
from orchestration.sources.mapping import read_mapping


def open_database(
    url: str, scratch: Path, mapping: Path | None, timeout_seconds: float
) -> DatabaseSource | None:
    """The source behind a database's URL; none where the URL names no kind of database.

    `timeout_seconds` is how long is waited for what others have locked there. Raises `UsageError`
    for a faulty mapping, `SourceError` for a URL that can't serve.
    """
    mapped = {} if mapping is None else read_mapping(mapping)
    match kind_of_database(url):
        case "postgresql":
            return PostgresSource(url, mapped, timeout_seconds)
        case "mysql":
            return MysqlSource(url, mapped, timeout_seconds)
        case "sqlite":
            return SqliteSource(url, mapped, timeout_seconds, scratch)
        case "duckdb":
            return DuckdbSource(url, mapped, timeout_seconds, scratch)
    return None
