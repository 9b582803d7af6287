"""What the pipeline reads: the source contract, and a reader for each kind of source."""

from pathlib import Path
from typing import Protocol

from duckdb import DuckDBPyConnection, DuckDBPyRelation

from orchestration.errors import SourceError
from orchestration.sources.contract import Entity
from orchestration.sources.files import FilesSource


class Source(Protocol):
    """What each kind of source offers to the pull."""

    identity: str
    """How a workspace remembers the source: without secrets, the same from every folder."""

    def has(self, entity: Entity) -> bool:
        """Whether the source delivers the entity at all."""

    def columns(self, connection: DuckDBPyConnection, entity: Entity) -> list[str]:
        """The names of the delivered columns of an entity that is there."""

    def deliver(
        self, connection: DuckDBPyConnection, entity: Entity, columns: list[str]
    ) -> DuckDBPyRelation:
        """The delivered rows, to be read more than once: the columns named, and `_line`.

        `_line` is the row's own text where not all of it could be kept, else null.
        """


def open_source(url: str, scratch: Path) -> Source:
    """The source behind a URL; the demo writes its files into the folder `scratch`.

    Raises `SourceError` where the URL names no kind of source, or one that can't serve.
    """
    if url == "demo":
        from orchestration.sources.demo import write_demo_source

        write_demo_source(scratch)
        source = FilesSource(scratch)
        source.identity = "demo"
        return source
    if url.startswith("files:"):
        return FilesSource(Path(url.removeprefix("files:")))
    kind = url.partition(":")[0]
    raise SourceError(f"{kind!r} is no kind of source; use demo or files:DIR")
