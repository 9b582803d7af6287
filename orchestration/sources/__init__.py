"""What the pipeline reads: the source contract, and a reader for each kind of source."""

from pathlib import Path

from orchestration.errors import SourceError
from orchestration.settings import SOURCE_TIMEOUT_SECONDS
from orchestration.sources.base import Source
from orchestration.sources.files.folder import FilesSource
from orchestration.sources.mapping import read_mapping

KINDS = "demo, files:DIR, postgresql://…, mysql://…, sqlite:///PATH or duckdb:///PATH"


def open_source(
    url: str,
    scratch: Path,
    mapping: Path | None = None,
    timeout_seconds: float = SOURCE_TIMEOUT_SECONDS,
) -> Source:
    """The source behind a URL; the folder `scratch` is for what it has to write, such as the demo.

    `mapping` is the file that tells what is the source's own about it, and `timeout_seconds` how
    long is waited for what others have locked there. Raises `UsageError` for a faulty mapping,
    `SourceError` where the URL names no kind of source, or one that can't serve.
    """
    if url == "demo" or url.startswith("files:"):
        mapped = {} if mapping is None else read_mapping(mapping, is_for_files=True)
        if url != "demo":
            return FilesSource(Path(url.removeprefix("files:")), mapped)
        from orchestration.sources.demo.load import write_demo_source

        write_demo_source(scratch)
        source = FilesSource(scratch, mapped)
        source.identity = "demo"
        return source
    from orchestration.sources.databases import open_database

    database = open_database(url, scratch, mapping, timeout_seconds)
    if database is None:
        kind = url.partition(":")[0]
        raise SourceError(f"{kind!r} is no kind of source; use {KINDS}")
    return database
