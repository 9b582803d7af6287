"""What the pipeline reads: the source contract, and a reader for each kind of source.

`contract` states the entities, `base` what a source offers, `mapping` what a programme may say of
its own about one; `files`, `databases` and `demo` hold the kinds. A source only delivers rows: what
is done with them, nothing here knows, neither the pull nor workspaces, dbt or Dagster.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from orchestration.errors import SourceError
from orchestration.settings import SOURCE_TIMEOUT_SECONDS
from orchestration.source_urls import scheme_of
from orchestration.sources.base import Source
from orchestration.sources.databases.duckdb import DuckdbSource
from orchestration.sources.databases.mysql import MysqlSource
from orchestration.sources.databases.postgres import PostgresSource
from orchestration.sources.databases.sqlite import SqliteSource
from orchestration.sources.demo.load import open_demo
from orchestration.sources.files.folder import open_folder
from orchestration.sources.opening import Opening


@dataclass(frozen=True)
class SourceKind:
    """A kind of source."""

    example: str
    """How a URL of the kind is written, for messages."""
    open: Callable[[Opening], Source]


KINDS = {
    "demo": SourceKind("demo", open_demo),
    "files:": SourceKind("files:DIR", open_folder),
    "postgresql:": SourceKind("postgresql://…", PostgresSource),
    "mysql:": SourceKind("mysql://…", MysqlSource),
    "sqlite:": SourceKind("sqlite:///PATH", SqliteSource),
    "duckdb:": SourceKind("duckdb:///PATH", DuckdbSource),
}
"""Every kind of source, by what its URLs begin with."""


def open_source(
    url: str,
    scratch: Path,
    mapping: Path | None = None,
    timeout_seconds: float = SOURCE_TIMEOUT_SECONDS,
) -> Source:
    """The source that a URL names; see `Opening` for what else is given.

    Raises `UsageError` for a faulty mapping, `SourceError` where the URL names no kind of source,
    or one that can't be used.
    """
    beginning, colon, _ = url.partition(":")
    kind = KINDS.get(scheme_of(url) + colon)
    if kind is None:
        *others, last = (kind.example for kind in KINDS.values())
        raise SourceError(
            f"{beginning!r} isn't a kind of source; use {', '.join(others)} or {last}"
        )
    return kind.open(Opening(url, scratch, mapping, timeout_seconds))
