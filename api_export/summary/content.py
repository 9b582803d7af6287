"""What a summary says, as texts: the same in HTML and in plain text."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any, NamedTuple

from api_export.summary.week import Week, week_text

Row = dict[str, Any]
FIGURES = {
    "points_outstanding": "Points outstanding",
    "points_issued": "Points issued",
    "points_redeemed": "Points redeemed, in all",
    "redemptions": "Redemptions",
    "redemption_points": "Points spent on items",
    "average_redemption_value": "Points per redemption",
    "active_clients": "Active clients",
    "points_per_active_client": "Points per active client",
    "clients_with_transactions": "Clients with transactions",
    "engagement_rate": "Engagement rate, in percent",
    "new_clients": "New clients",
    "points_converted": "Points converted",
}
"""The figures of `comparison`, as the table names them."""
WITH_DECIMALS = {"average_redemption_value", "points_per_active_client", "engagement_rate"}
LONGEST = 300
"""Letters of a name or a warning: a mail is no place for more."""
NOTHING = "–"
FIRST_WEEK = "The week before begins before the first event: there is nothing to compare with."
TURNING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Characters that turn the direction of what follows, beyond the name that they stand in."""
UNPRINTABLE = re.compile("[\x00-\x20\x7f-\xa0\u2028\u2029\ufeff]+")


class FigureLine(NamedTuple):
    """A line of the table of figures."""

    label: str
    value: str
    value_before: str
    change: str


class ItemLine(NamedTuple):
    """A line of the items that were redeemed most."""

    name: str
    redemptions: str
    points: str


@dataclass(frozen=True)
class Summary:
    """A week of a website, or of all together."""

    title: str
    subtitle: str
    sentences: tuple[str, ...]
    figures: tuple[FigureLine, ...]
    is_first_week: bool
    """Whether there is no week before to compare it with."""
    items: tuple[ItemLine, ...]
    warnings: tuple[str, ...]


def make_summary(
    name: str,
    week: Week | None,
    headlines: Sequence[Row],
    comparison: Sequence[Row],
    items: Sequence[Row],
    warnings: Sequence[str],
) -> Summary:
    """The summary made of a week's payloads; without a week there are no figures."""
    return Summary(
        title=plain(name) or NOTHING,
        subtitle="No week is over yet" if week is None else week_text(week),
        sentences=tuple(row["sentence"] for row in headlines),
        figures=tuple(_figure_line(row) for row in comparison),
        is_first_week=any(row["status"] != "ok" for row in comparison),
        items=tuple(_item_line(row) for row in items),
        warnings=tuple(plain(warning) for warning in warnings),
    )


def plain(text: str) -> str:
    """A text of the source on one line, not endless, which turns nothing around it."""
    line = UNPRINTABLE.sub(" ", TURNING.sub("", text)).strip()
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"


def _figure_line(row: Row) -> FigureLine:
    figure = row["figure"]
    return FigureLine(
        FIGURES[figure],
        _number(row["value"], figure),
        _number(row["value_before"], figure),
        _change(row["change_percentage"]),
    )


def _item_line(row: Row) -> ItemLine:
    name = plain(row["name"]) or NOTHING
    return ItemLine(name, f"{row['redemptions']:,}", f"{row['points']:,}")


def _number(value: Decimal | None, figure: str) -> str:
    if value is None:
        return NOTHING
    text = f"{value:,.2f}" if figure in WITH_DECIMALS else f"{value:,.0f}"
    return text.replace("-", "−")


def _change(percentage: Decimal | None) -> str:
    """A change in percent to one decimal, with its sign."""
    if percentage is None:
        return NOTHING
    with localcontext(prec=60):
        rounded = percentage.quantize(Decimal("0.1"), ROUND_HALF_UP)
    sign = "" if rounded == 0 else "+" if rounded > 0 else "−"
    return f"{sign}{abs(rounded):,}\u00a0%"
