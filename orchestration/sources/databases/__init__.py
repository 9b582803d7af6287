"""Databases as sources: each entity is a SELECT in the database's own SQL, all in one snapshot.

PostgreSQL, SQLite and DuckDB are read through DuckDB's extensions. MySQL is read by a client of
its own: the extension sends what it is told to (fingerprints, SELECTs of a mapping) outside the
transaction of its scans, so that no snapshot would hold them together.
"""

from pathlib import Path

from orchestration.sources.databases.base import DatabaseSource
from orchestration.sources.databases.duckdb import DuckdbSource
from orchestration.sources.databases.mysql import MysqlSource
from orchestration.sources.databases.postgres import PostgresSource
from orchestration.sources.databases.sqlite import SqliteSource
from orchestration.sources.mapping import read_mapping


def open_database(url: str, scratch: Path, mapping: Path | None) -> DatabaseSource | None:
    """The source behind a database's URL; none where the URL names no kind of database.

    Raises `UsageError` for a faulty mapping, `SourceError` for a URL that can't serve.
    """
    mapped = {} if mapping is None else read_mapping(mapping)
    match url.partition(":")[0]:
        case "postgresql" | "postgres":
            return PostgresSource(url, mapped)
        case "mysql" | "mariadb":
            return MysqlSource(url, mapped)
        case "sqlite":
            return SqliteSource(url, mapped, scratch)
        case "duckdb":
            return DuckdbSource(url, mapped)
    return None
