"""A summary as plain text, in lines of at most 72 columns."""

from collections.abc import Iterator, Sequence
from unicodedata import combining, east_asian_width

from api_export.summary.content import FIRST_WEEK, FigureLine, Summary

WIDTH = 72
INDENT = "  "
LEAST_NAME = 12
"""Columns that a name gets at least beside its numbers."""


def text_of(summary: Summary) -> str:
    """The whole text."""
    return "\n".join(_lines(summary)) + "\n"


def _lines(summary: Summary) -> Iterator[str]:
    yield from _wrapped(summary.title)
    yield summary.subtitle
    for at, sentence in enumerate(summary.sentences):
        yield from [] if at else [""]
        yield from _wrapped(sentence, "- ")
    if summary.figures:
        yield from _headed("Figures")
        heads = FigureLine("", "this week", "week before", "change")
        yield from _table([heads, *summary.figures])
        if summary.is_first_week:
            yield from _wrapped(FIRST_WEEK)
    if summary.items:
        yield from _headed("Redeemed most")
        yield from _table([("", "redemptions", "points"), *summary.items])
    if summary.warnings:
        yield from _headed("To look at")
        for warning in summary.warnings:
            yield from _wrapped(warning, "- ")


def _headed(heading: str) -> Iterator[str]:
    yield ""
    yield heading
    yield "-" * len(heading)


def _table(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """A head and rows: numbers as wide as need be, and names in what that leaves of a line."""
    widths = [max(map(columns, cells)) for cells in zip(*rows, strict=True)][1:]
    room = WIDTH - sum(widths) - len(INDENT) * len(widths)
    if room < LEAST_NAME:
        yield from _list(rows)
        return
    width_of_names = min(room, max(columns(name) for name, *_ in rows))
    for name, *cells in rows:
        *firsts, last = _wrapped(name, width=width_of_names)
        yield from firsts
        padded = (
            INDENT + " " * (width - columns(cell)) + cell
            for width, cell in zip(widths, cells, strict=True)
        )
        yield last + " " * (width_of_names - columns(last)) + "".join(padded)


def _list(rows: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """The same with a line for each number, where they are too long to stand side by side."""
    (_, *heads), *others = rows
    for name, *cells in others:
        yield from _wrapped(name)
        yield from (f"{INDENT}{head}: {cell}" for head, cell in zip(heads, cells, strict=True))


def _wrapped(text: str, mark: str = "", width: int = WIDTH) -> list[str]:
    """A text in lines that are no wider, its words whole where they fit."""
    lines, room = [""], width - len(mark)
    for word in _words(text, room):
        if lines[-1] and columns(lines[-1]) + 1 + columns(word) > room:
            lines.append("")
        lines[-1] += f" {word}" if lines[-1] else word
    return [(" " * len(mark) if at else mark) + line for at, line in enumerate(lines)]


def _words(text: str, longest: int) -> Iterator[str]:
    """The words between blanks, those that fit no line in pieces."""
    for word in text.split(" "):
        piece = ""
        for letter in word:
            if columns(piece + letter) > longest:
                yield piece
                piece = ""
            piece += letter
        yield piece


def columns(text: str) -> int:
    """How many columns a text takes where letters of East Asia take two."""
    return sum(
        0 if combining(letter) else 2 if east_asian_width(letter) in "WF" else 1 for letter in text
    )
