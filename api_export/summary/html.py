"""A summary as HTML for mail: tables and styles of their own, no script, nothing from elsewhere.

Colours are the reader's, so that light and dark mode both show it; but for lines, whose grey is
seen on either.
"""

from collections.abc import Iterator, Sequence
from html import escape

from api_export.summary.content import FIRST_WEEK, FigureLine, ItemLine, Summary

FONT = "font-family:system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
LINE = "border-bottom:1px solid #888888"
CELL = f"padding:6px 0 6px 10px;{LINE};font-size:14px;line-height:1.35;vertical-align:top"
NAME = f"{CELL};padding-left:0;text-align:start;font-weight:normal;word-break:break-word"
NUMBER = f"{CELL};text-align:end;font-variant-numeric:tabular-nums"
SMALL = "font-size:12px;font-weight:normal"
LEAD = "margin:0 0 10px;font-size:18px;line-height:1.4;font-weight:bold"
SENTENCE = "margin:0 0 8px;font-size:15px;line-height:1.45"
HEADING = "margin:26px 0 6px;font-size:16px;line-height:1.3"
NOTE = "margin:8px 0 0;font-size:13px;line-height:1.4"


def html_of(summary: Summary) -> str:
    """The whole page."""
    return "\n".join(_lines(summary)) + "\n"


def _lines(summary: Summary) -> Iterator[str]:
    title = escape(summary.title)
    yield "<!doctype html>"
    yield '<html lang="en" style="color-scheme:light dark">'
    yield "<head>"
    yield '<meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield '<meta name="color-scheme" content="light dark">'
    yield '<meta name="supported-color-schemes" content="light dark">'
    yield f"<title>{title}: {escape(summary.subtitle)}</title>"
    yield "</head>"
    yield f'<body style="margin:0;padding:0;{FONT}">'
    yield (
        '<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"><tr>'
        '<td align="center" style="padding:20px 16px">'
    )
    yield (
        '<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"'
        ' style="max-width:600px"><tr><td style="text-align:start">'
    )
    yield (
        '<h1 style="margin:0;font-size:22px;line-height:1.25;word-break:break-word">'
        f"<bdi>{title}</bdi></h1>"
    )
    yield f'<p style="margin:2px 0 18px;font-size:14px">{escape(summary.subtitle)}</p>'
    yield from _sentences(summary.sentences)
    if summary.figures:
        yield from _figures(summary.figures)
        if summary.is_first_week:
            yield f'<p style="{NOTE}">{escape(FIRST_WEEK)}</p>'
    if summary.items:
        yield from _items(summary.items)
    if summary.warnings:
        yield f'<h2 style="{HEADING}">To look at</h2>'
        yield '<ul style="margin:0;padding-left:18px;font-size:14px;line-height:1.45">'
        for warning in summary.warnings:
            yield (
                '<li style="margin-bottom:4px;word-break:break-word">'
                f"<bdi>{escape(warning)}</bdi></li>"
            )
        yield "</ul>"
    yield "</td></tr></table>"
    yield "</td></tr></table>"
    yield "</body>"
    yield "</html>"


def _sentences(sentences: Sequence[str]) -> Iterator[str]:
    for at, sentence in enumerate(sentences):
        yield f'<p style="{SENTENCE if at else LEAD}">{escape(sentence)}</p>'


def _figures(figures: Sequence[FigureLine]) -> Iterator[str]:
    """A change stands below its value, so that the narrowest screen has room for all."""
    yield from _table_begin("Figures", "Figure", "This week", "Week before")
    for label, value, value_before, change in figures:
        yield (
            f'<tr><th scope="row" style="{NAME}">{escape(label)}</th>'
            f'<td style="{NUMBER}"><b>{escape(value)}</b><br>'
            f'<span style="{SMALL}">{escape(change)}</span></td>'
            f'<td style="{NUMBER}">{escape(value_before)}</td></tr>'
        )
    yield "</table>"


def _items(items: Sequence[ItemLine]) -> Iterator[str]:
    yield from _table_begin("Redeemed most", "Item", "Redemptions", "Points")
    for name, redemptions, points in items:
        yield (
            f'<tr><th scope="row" style="{NAME}"><bdi>{escape(name)}</bdi></th>'
            f'<td style="{NUMBER}">{redemptions}</td><td style="{NUMBER}">{points}</td></tr>'
        )
    yield "</table>"


def _table_begin(heading: str, *heads: str) -> Iterator[str]:
    yield f'<h2 style="{HEADING}">{heading}</h2>'
    yield '<table width="100%" cellpadding="0" cellspacing="0" border="0">'
    cells = (
        f'<th scope="col" style="{NUMBER if at else NAME};{SMALL}">{head}</th>'
        for at, head in enumerate(heads)
    )
    yield f"<tr>{''.join(cells)}</tr>"
