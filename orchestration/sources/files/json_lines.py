"""JSONL files: an object in each line, which may leave keys out.

They are read by simplejson: DuckDB's reader takes lenient JSON. A line that can't be read costs its
own row alone.
"""

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Any

from simplejson import RawJSON

from api_export.payloads.strict_json import dumps_sorted, loads_strict
from orchestration.sources.files.column_names import plain_name
from orchestration.sources.files.decoding import (
    byte_lines,
    encoding_of,
    encoding_remarks,
    open_binary,
)
from orchestration.sources.text_rows import Row, has_surrogate

SAMPLE_NAMES = 200
"""How many keys of a file are remembered that no column is read from."""


class JsonlFile:
    """A JSONL file, whose rows may leave keys out."""

    def __init__(self, path: Path, required: Collection[str]) -> None:
        """Read rows until all required keys have been seen, else all of them."""
        self.path = path
        with open_binary(path) as file:
            encoding = encoding_of(file)
        self.remarks = encoding_remarks(encoding)
        wanted = {plain_name(name) for name in required}
        names: dict[str, None] = {}
        for row, _line in self._objects():
            names |= dict.fromkeys(row or ())
            if wanted <= {plain_name(name) for name in names}:
                break
        self.header = list(names)
        """The keys seen so far."""
        self.unread: dict[str, None] = {}
        """Keys of the rows read so far that no column is read from."""

    def rows(self, columns: Iterable[str]) -> Iterator[Row]:
        """The rows, each with those of these columns that it has."""
        exact = set(columns)
        by_plain_name = {plain_name(column): column for column in columns}
        for row, line in self._objects():
            if row is None:
                yield {}, line.decode(errors="backslashreplace")
                continue
            values: dict[str, str | None] = {}
            has_lost = False
            for key, value in row.items():
                column = key if key in exact else by_plain_name.get(plain_name(key))
                if column is None:
                    if len(self.unread) < SAMPLE_NAMES:
                        self.unread[key] = None
                elif key == column or column not in row:
                    is_ambiguous = column in values  # in two spellings, neither as written
                    values[column] = None if is_ambiguous else _json_text(value)
                    has_lost |= is_ambiguous or (values[column] is None and value is not None)
            yield values, line.decode() if has_lost else None

    def _objects(self) -> Iterator[tuple[dict[str, Any] | None, bytes]]:
        """Each line that isn't blank, after the object in it; None where it isn't an object."""
        for line in byte_lines(self.path):
            if line.strip(b" \t\r\n"):
                try:
                    row = loads_strict(line.decode())
                except ValueError:
                    row = None
                yield row if isinstance(row, dict) else None, line


def _json_text(value: Any) -> str | None:
    """The value as text: a number just as it was written; null where it can't be text."""
    match value:
        case str():
            return None if has_surrogate(value) else value
        case bool():
            return "true" if value else "false"
        case RawJSON():
            return value.encoded_json
        case None:
            return None
        case _:
            try:
                return dumps_sorted(value)
            except ValueError:
                return None
