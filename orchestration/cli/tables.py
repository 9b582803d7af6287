"""Tables for people: of values that may be hostile, and no longer than anybody reads."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from rich.markup import escape
from rich.table import Table

from orchestration.cli.progress import out

FIRST_ROWS = 20
SHOWN_CHARACTERS = 60


def cell(value: Any) -> str:
    """A value as the text of a cell: nothing where there is none, and nothing that acts."""
    if value is None:
        return ""
    text = printable(number(value) if type(value) in (int, Decimal) else str(value))
    cut = text if len(text) <= SHOWN_CHARACTERS else f"{text[: SHOWN_CHARACTERS - 1]}…"
    return escape(cut)


def number(value: int | Decimal) -> str:
    """A number with its thousands marked; a whole one without decimals."""
    return f"{int(value):,}" if value == int(value) else f"{value:,f}"


def printable(text: str) -> str:
    """A text as it is, or with escapes where it holds what a terminal acts on."""
    return text if text.isprintable() else ascii(text)


def print_limited(
    heads: Sequence[str], rows: Sequence[Sequence[Any]], first: int = FIRST_ROWS
) -> None:
    """Print the first rows as a table, and how many there are besides; nothing where none is."""
    if not rows:
        return
    table = Table()
    for head in heads:
        table.add_column(head, overflow="fold")
    for row in rows[:first]:
        table.add_row(*map(cell, row))
    out.print(table)
    more = len(rows) - first
    if more > 0:
        out.print(f"… and {more:,} more (--json has all)")
