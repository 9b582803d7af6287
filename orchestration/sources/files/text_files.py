"""CSV and JSONL files as text, whatever they are compressed, encoded or separated by.

They are read by the standard library and simplejson: DuckDB's readers lose a quoted value that
never ends, and take lenient JSON. A line that can't be read costs its own row alone.
"""

import codecs
import csv
import gzip
import io
import re
import sys
from collections import deque
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
from simplejson import RawJSON

from api_export.payloads.strict_json import dumps_sorted, loads_strict
from orchestration.sources.files.text_rows import Row, has_surrogate

DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs"}
SEP_LINE = re.compile(r'"?sep=(.)"?\r?\n?', re.IGNORECASE)
"""The line by which a spreadsheet says what separates the values below it."""
BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""UTF-32's begin as UTF-16's do."""
UNDECODABLE = "loyalty.undecodable"
SAMPLE_NAMES = 200
"""How many names of a JSONL file's keys that nothing reads are remembered."""


class AmbiguousNameError(ValueError):
    """A name that several columns have."""


def find_name(wanted: str, names: Collection[str]) -> str | None:
    """The name among these that is the wanted one: as written, else but for case and blanks.

    Raises `AmbiguousNameError` where several are.
    """
    same = [name for name in names if name == wanted] or [
        name for name in names if _plain(name) == _plain(wanted)
    ]
    if len(same) > 1:
        told = ", ".join(dict.fromkeys(same))
        raise AmbiguousNameError(f"it has {len(same)} columns {wanted} ({told}); keep one")
    return same[0] if same else None


def _plain(name: str) -> str:
    return name.strip().casefold()


@dataclass(frozen=True)
class CsvFile:
    """How the values of a CSV file are told apart, and what they are called."""

    path: Path
    delimiter: str
    header: list[str]
    has_sep_line: bool = False
    encoding: str = "utf-8"

    @property
    def remarks(self) -> list[str]:
        """What a reader who expects commas and UTF-8 should know."""
        separated = DELIMITERS.get(self.delimiter, repr(self.delimiter))
        return [
            *([f"separated by {separated}"] if self.delimiter != "," else []),
            *_encoding_remarks(self.encoding),
        ]

    def rows(self, columns: Iterable[str]) -> Iterator[Row]:
        """The rows with these columns, those that the file has."""
        found = {column: find_name(column, self.header) for column in columns}
        places = [
            (column, self.header.index(name)) for column, name in found.items() if name is not None
        ]
        records = _csv_records(self.path, self.delimiter, self.has_sep_line)
        if next(records, []) != self.header:
            raise csv.Error("its header changed while it was read; run again")
        for record in records:
            if isinstance(record, str):
                yield {}, record
            elif len(record) != len(self.header) or any(map(has_surrogate, record)):
                yield {}, self.delimiter.join(record)
            else:
                yield {column: record[place] or None for column, place in places}, None


def open_csv(path: Path, required: Collection[str]) -> CsvFile:
    """Look at a CSV file's first lines: it is separated by what gives all required columns.

    Where nothing does, by commas. Raises `csv.Error` where there is no header.
    """
    with _open_text(path) as file:
        first_line, encoding = file.readline(), file.encoding
    told = SEP_LINE.fullmatch(first_line)
    delimiters = [told[1]] if told else list(DELIMITERS)
    headers: dict[str, list[str]] = {}
    for delimiter in delimiters:
        header = next(_csv_records(path, delimiter, told is not None), [])
        if not isinstance(header, str):
            headers[delimiter] = header
    if not headers:
        raise csv.Error("the first line is no header")
    fitting = [
        delimiter
        for delimiter, header in headers.items()
        if {_plain(name) for name in required} <= {_plain(name) for name in header}
    ]
    delimiter = fitting[0] if len(fitting) == 1 else next(iter(headers))
    return CsvFile(path, delimiter, headers[delimiter], told is not None, encoding)


def _csv_records(path: Path, delimiter: str, has_sep_line: bool) -> Iterator[list[str] | str]:
    """The records of a CSV file; where a line begins no record, that line itself.

    A quote that is never closed takes all that follows into its value: only the line in which it
    opens is broken, and reading goes on with the next one.
    """
    csv.field_size_limit(sys.maxsize)
    with _open_text(path) as file:
        if has_sep_line:
            file.readline()
        taken: list[str] = []
        returned: deque[str] = deque()

        def lines() -> Iterator[str]:
            while True:
                line = returned.popleft() if returned else file.readline()
                if not line:
                    return
                taken.append(line)
                yield line

        reader = csv.reader(lines(), strict=True, delimiter=delimiter)
        while True:
            taken.clear()
            try:
                record = next(reader)
            except StopIteration:
                return
            except csv.Error:
                returned.extendleft(reversed(taken[1:]))
                reader = csv.reader(lines(), strict=True, delimiter=delimiter)
                yield taken[0]
            else:
                if record:
                    yield record


class JsonlFile:
    """A JSONL file, whose rows may leave keys out."""

    def __init__(self, path: Path, required: Collection[str]) -> None:
        """Look at its rows until all required keys were there, or to its end."""
        self.path = path
        with _open_binary(path) as file:
            encoding = _encoding(file)
        self.remarks = _encoding_remarks(encoding)
        wanted = {_plain(name) for name in required}
        names: dict[str, None] = {}
        for row, _line in self._objects():
            names |= dict.fromkeys(row or ())
            if wanted <= {_plain(name) for name in names}:
                break
        self.header = list(names)
        """The keys that were seen."""
        self.unread: dict[str, None] = {}
        """Keys of the rows read that no column wants."""

    def rows(self, columns: Iterable[str]) -> Iterator[Row]:
        """The rows with these columns, those that they have."""
        exact = set(columns)
        by_plain_name = {_plain(column): column for column in columns}
        for row, line in self._objects():
            if row is None:
                yield {}, line.decode(errors="backslashreplace")
                continue
            values: dict[str, str | None] = {}
            has_lost = False
            for key, value in row.items():
                column = key if key in exact else by_plain_name.get(_plain(key))
                if column is None:
                    if len(self.unread) < SAMPLE_NAMES:
                        self.unread[key] = None
                elif key == column or column not in row:
                    is_ambiguous = column in values  # in two spellings, neither as written
                    values[column] = None if is_ambiguous else _json_text(value)
                    has_lost |= is_ambiguous or (values[column] is None and value is not None)
            yield values, line.decode() if has_lost else None

    def _objects(self) -> Iterator[tuple[dict[str, Any] | None, bytes]]:
        """Each line that isn't blank, and the object it holds; none where it holds none."""
        for line in _byte_lines(self.path):
            if line.strip(b" \t\r\n"):
                try:
                    row = loads_strict(line.decode())
                except ValueError:
                    row = None
                yield row if isinstance(row, dict) else None, line


def _encoding_remarks(encoding: str) -> list[str]:
    return [] if encoding.startswith("utf-8") else [encoding.upper()]


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


def _byte_lines(path: Path) -> Iterator[bytes]:
    """The lines in UTF-8, without a byte order mark."""
    with _open_binary(path) as file:
        encoding = _encoding(file)
        if encoding.startswith("utf-8"):
            for number, line in enumerate(file):
                yield line.removeprefix(codecs.BOM_UTF8) if number == 0 else line
        else:
            for text in _decoded(file, encoding, newline="\n"):
                yield text.encode(errors="surrogatepass")


@contextmanager
def _open_text(path: Path) -> Iterator[io.TextIOWrapper]:
    with _open_binary(path) as file:
        yield _decoded(file, _encoding(file), newline="")


@contextmanager
def _open_binary(path: Path) -> Iterator[io.BufferedReader]:
    """The bytes, decompressed as the file's name says."""
    raw: BinaryIO | pa.NativeFile
    match path.suffix:
        case ".gz":
            raw = gzip.open(path)  # noqa: SIM115 - what wraps it closes it
        case ".zst":
            raw = pa.input_stream(str(path), compression="zstd")
        case _:
            raw = path.open("rb", buffering=0)
    with io.BufferedReader(raw) as file:
        yield file


def _encoding(file: io.BufferedReader) -> str:
    """What the first bytes say; nothing is taken from the file."""
    start = file.peek(4)
    return next((name for mark, name in BYTE_ORDER_MARKS if start.startswith(mark)), "utf-8")


def _decoded(file: io.BufferedReader, encoding: str, newline: str) -> io.TextIOWrapper:
    """The text; what can't be decoded is a lone surrogate in it, which breaks its row alone."""
    codecs.register_error(UNDECODABLE, lambda error: ("\udcff", error.end))
    errors = "surrogateescape" if encoding.startswith("utf-8") else UNDECODABLE
    return io.TextIOWrapper(file, encoding, errors, newline)
