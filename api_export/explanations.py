"""Explaining a figure: its rows, counted first by date, and then read some dates at a time.

However many rows there are, those of a few dates alone are sorted at once.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from api_export.errors import UsageError
from api_export.marts import PublishedMarts
from api_export.payloads.date_ranges import complete_dates
from api_export.payloads.figures import FIGURES
from api_export.payloads.lookups import Question

ROWS_TOGETHER = 100_000
"""Rows that are sorted at once, unless a single date has more."""


@dataclass(frozen=True)
class ExplainedFigure:
    """A figure and where its rows are."""

    marts: PublishedMarts
    question: Question
    as_of: date
    dates: list[tuple[date, int, int]]
    """Each date with rows, oldest first: how many, and the sum of their points."""

    @property
    def count(self) -> int:
        """How many rows there are."""
        return sum(count for _, count, _ in self.dates)

    @property
    def total(self) -> int:
        """The sum of their points."""
        return sum(points for _, _, points in self.dates)

    @property
    def is_sum(self) -> bool:
        """Whether the figure is the sum of the points; else it is the number of rows."""
        return FIGURES[self.question.figure] == "sum"

    @property
    def value(self) -> int:
        """The figure itself."""
        return self.total if self.is_sum else self.count

    def rows(self, offset: int, limit: int) -> list[dict[str, Any]]:
        """So many rows from an offset on, by date, entity and id."""
        for place, (first, count, _) in enumerate(self.dates):
            if offset < count:
                _, last = next(_together(self.dates[place:], offset + limit))
                return list(self.marts.explained_rows(self.question, first, last, offset, limit))
            offset -= count
        return []

    def all_rows(self) -> Iterator[dict[str, Any]]:
        """Every row, by date, entity and id."""
        for first, last in _together(self.dates, ROWS_TOGETHER):
            yield from self.marts.explained_rows(self.question, first, last)

    def payload(self, offset: int, limit: int) -> dict[str, Any]:
        """The payload of the API, with some of the rows."""
        figure, website_id, date_from, date_to = self.question
        return {
            "figure": figure,
            "website": website_id,
            "as_of": self.as_of,
            "date_from": date_from,
            "date_to": date_to,
            "value": self.value,
            "count": self.count,
            "total": self.total,
            "rows": self.rows(offset, limit),
        }


def explain(
    marts: PublishedMarts,
    figure: str,
    website_id: int | None,
    date_from: date | None,
    date_to: date | None,
) -> ExplainedFigure:
    """A figure of a website, or without an id of all together, in a range of dates.

    Raises `UsageError` where there is no such figure, website or range.
    """
    if figure not in FIGURES:
        known = ", ".join(FIGURES)
        raise UsageError(f"there is no figure {figure!r}; there are: {known}", "figure")
    if website_id is not None:
        marts.check_website(website_id)
    as_of = marts.run()["as_of"]
    question = Question(figure, website_id, *complete_dates(as_of, date_from, date_to))
    return ExplainedFigure(marts, question, as_of, marts.explained_dates(question))


def _together(dates: list[tuple[date, int, int]], most: int) -> Iterator[tuple[date, date]]:
    """First and last of dates that follow one another and together have about so many rows."""
    first, rows = None, 0
    for last, count, _ in dates:
        first, rows = first or last, rows + count
        if rows >= most:
            yield first, last
            first, rows = None, 0
    if first is not None:
        yield first, last
