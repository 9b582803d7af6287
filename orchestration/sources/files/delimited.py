"""CSV files, whatever their values are separated by.

They are read by the standard library: DuckDB's reader loses a quoted value that never ends. A line
that can't be read costs its own row alone: it is delivered as `_line`, with no values, and so the
models quarantine it (`int_…_validated`).
"""

import csv
import re
import sys
from collections import deque
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from orchestration.sources.files.column_names import find_name, plain_name
from orchestration.sources.files.decoding import encoding_remarks, open_text
from orchestration.sources.text_rows import Row, has_surrogate

DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs"}
SEP_LINE = re.compile(r'"?sep=(.)"?\r?\n?', re.IGNORECASE)
"""The line by which a spreadsheet says what separates the values below it."""


@dataclass(frozen=True)
class CsvFile:
    """A CSV file whose separator and header are known."""

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
            *encoding_remarks(self.encoding),
        ]

    def rows(self, columns: Iterable[str]) -> Iterator[Row]:
        """The rows, with those of these columns that the file has."""
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
    """Find out a CSV file's separator: the only one by which the header has all required columns.

    Where not just one does, the first of `DELIMITERS` is taken. Raises `csv.Error` where there is
    no header.
    """
    with open_text(path) as file:
        first_line, encoding = file.readline(), file.encoding
    sep_line = SEP_LINE.fullmatch(first_line)
    delimiters = [sep_line[1]] if sep_line else list(DELIMITERS)
    headers: dict[str, list[str]] = {}
    for delimiter in delimiters:
        header = next(_csv_records(path, delimiter, sep_line is not None), [])
        if not isinstance(header, str):
            headers[delimiter] = header
    if not headers:
        raise csv.Error("the first line isn't a header")
    fitting = [
        delimiter
        for delimiter, header in headers.items()
        if {plain_name(name) for name in required} <= {plain_name(name) for name in header}
    ]
    delimiter = fitting[0] if len(fitting) == 1 else next(iter(headers))
    return CsvFile(path, delimiter, headers[delimiter], sep_line is not None, encoding)


def _csv_records(path: Path, delimiter: str, has_sep_line: bool) -> Iterator[list[str] | str]:
    """The records of a CSV file; where a line begins no record, that line itself.

    A quote that is never closed takes all that follows into its value: only the line in which it
    opens is broken, and reading goes on with the next one.
    """
    csv.field_size_limit(sys.maxsize)
    with open_text(path) as file:
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
