"""Files of text, whatever they are compressed with and encoded in."""

import codecs
import gzip
import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa

BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""UTF-32's begin as UTF-16's do."""
UNDECODABLE = "loyalty.undecodable"
"""The codecs' name for what is done with bytes of UTF-16 and UTF-32 that can't be decoded."""


def byte_lines(path: Path) -> Iterator[bytes]:
    """The lines of a file, encoded in UTF-8 and without a byte order mark."""
    with open_binary(path) as file:
        encoding = encoding_of(file)
        if encoding.startswith("utf-8"):
            for number, line in enumerate(file):
                yield line.removeprefix(codecs.BOM_UTF8) if number == 0 else line
        else:
            for text in _decoded(file, encoding, newline="\n"):
                yield text.encode(errors="surrogatepass")


@contextmanager
def open_text(path: Path) -> Iterator[io.TextIOWrapper]:
    """The decoded text, with line ends as they are."""
    with open_binary(path) as file:
        yield _decoded(file, encoding_of(file), newline="")


@contextmanager
def open_binary(path: Path) -> Iterator[io.BufferedReader]:
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


def encoding_of(file: io.BufferedReader) -> str:
    """The encoding that a byte order mark names, else UTF-8; the file's position stays."""
    start = file.peek(4)
    return next((name for mark, name in BYTE_ORDER_MARKS if start.startswith(mark)), "utf-8")


def _decoded(file: io.BufferedReader, encoding: str, newline: str) -> io.TextIOWrapper:
    """The text; what can't be decoded becomes a lone surrogate, which breaks its row alone."""
    codecs.register_error(UNDECODABLE, lambda error: ("\udcff", error.end))
    errors = "surrogateescape" if encoding.startswith("utf-8") else UNDECODABLE
    return io.TextIOWrapper(file, encoding, errors, newline)


def encoding_remarks(encoding: str) -> list[str]:
    """The encoding, where a reader who expects UTF-8 should know of it."""
    return [] if encoding.startswith("utf-8") else [encoding.upper()]
