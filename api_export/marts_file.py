"""An opened file of marts: how it is attached, and how threads read it side by side.

What doesn't belong here: which rows are read, and what payloads they make.
"""

import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

import duckdb

READER = {"memory_limit": "512MB", "threads": 1}
"""DuckDB's settings: reports are small, and one thread reads them as fast as many."""


class MartsFile:
    """A published `marts.duckdb`, opened for reading only; leaving its context closes it.

    What it reads stays as it was opened while a run replaces the file. Threads may share it.
    """

    def __init__(self, path: Path) -> None:
        """Open the file; raises `duckdb.Error` where it can't be read."""
        # The folder comes to be, and goes, where a range has more rows than memory holds.
        spill = Path(tempfile.gettempdir(), f"loyalty-{uuid4().hex}")
        self.connection = duckdb.connect(config=READER | {"temp_directory": str(spill)})
        # Attached, because DuckDB opens a path once in a process: connecting to it again would
        # give the file that was there before it was replaced.
        quoted = str(path).replace("'", "''")
        self.connection.execute(f"attach '{quoted}' as published (read_only)")
        self.connection.execute("use published")
        self._in_use = threading.Lock()

    def __enter__(self) -> Self:
        """Give the open marts."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the file."""
        self.connection.close()

    @contextmanager
    def _cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection of its own to the same file: what takes its time keeps nobody waiting."""
        with self.connection.cursor() as cursor:
            cursor.execute("use published")
            yield cursor

    def _rows(self, query: str, **parameters: Any) -> list[dict[str, Any]]:
        """Rows of what is stored: at once, so that readers may wait for one another."""
        with self._in_use:
            return _all_rows(self.connection.execute(query, parameters))

    def _calculated_rows(self, query: str, **parameters: Any) -> list[dict[str, Any]]:
        """Rows of what is calculated for whoever asks."""
        with self._cursor() as cursor:
            return _all_rows(cursor.execute(query, parameters))


def _all_rows(result: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    names = [column[0] for column in result.description]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
