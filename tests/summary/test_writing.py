"""A summary in HTML and in plain text: what it says, whatever names and numbers there are."""

from datetime import date
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any, get_args, get_type_hints

import pytest
from support.shops import ATTACKS, LONG_TITLE

from api_export.payloads.comparison_schemas import ComparedFigure
from api_export.summary.content import FIGURES, Summary, make_summary
from api_export.summary.html import html_of
from api_export.summary.text import WIDTH, columns, text_of
from api_export.summary.week import Week, last_complete_week, week_text

WEEK = Week(date(2017, 12, 25), date(2017, 12, 31))
SENTENCE = "Points outstanding fell 21\u00a0% to 1,217,400 in 7 days: 323,500 points were deducted."
HUGE = 9_223_372_036_854_775_807


def row(figure: str, value: int, before: int | None, percentage: str | None = None) -> dict:
    """A row of `comparison`."""
    return {
        "figure": figure,
        "value": Decimal(value).quantize(Decimal("0.01")),
        "value_before": None if before is None else Decimal(before).quantize(Decimal("0.01")),
        "change": None if before is None else Decimal(value - before),
        "change_percentage": None if percentage is None else Decimal(percentage),
        "status": "before_first_event" if before is None else "ok",
    }


def summary(**changed: Any) -> Summary:
    """A summary of two figures and an item, with what a test changes."""
    told = {
        "name": "Shop",
        "week": WEEK,
        "headlines": [{"place": 1, "figure": "points_outstanding", "sentence": SENTENCE}],
        "comparison": [
            row("points_outstanding", 1_217_400, 1_540_900, "-20.99"),
            row("average_redemption_value", 59, 0),
        ],
        "items": [{"name": "Gift card", "redemptions": 1_200, "points": 60_000}],
        "warnings": ["2 events lie after as_of"],
    }
    return make_summary(**told | changed)


@pytest.mark.parametrize(
    ("as_of", "first"),
    [
        (date(2017, 12, 31), date(2017, 12, 25)),
        (date(2018, 1, 1), date(2017, 12, 25)),
        (date(2018, 1, 6), date(2017, 12, 25)),
        (date(2018, 1, 7), date(2018, 1, 1)),
        (date(1970, 1, 11), date(1970, 1, 5)),
    ],
)
def test_the_week_is_the_last_from_monday_to_sunday_that_is_over(as_of: date, first: date) -> None:
    week = last_complete_week(as_of)
    assert week is not None
    assert week.date_from == first
    assert (week.date_to - week.date_from).days == 6


@pytest.mark.parametrize("as_of", [None, date(1970, 1, 1), date(1970, 1, 10)])
def test_there_may_be_no_week_at_all(as_of: date | None) -> None:
    assert last_complete_week(as_of) is None
    nothing = summary(week=None, headlines=[], comparison=[], items=[], warnings=[])
    assert text_of(nothing) == "Shop\nNo week is over yet\n"
    assert "No week is over yet" in html_of(nothing)


def test_a_week_has_its_number_and_as_many_words_as_it_needs() -> None:
    assert week_text(WEEK) == "Week 52, Dec 25 – 31, 2017"
    assert week_text(Week(date(2018, 1, 29), date(2018, 2, 4))) == "Week 5, Jan 29 – Feb 4, 2018"
    assert week_text(Week(date(2018, 12, 31), date(2019, 1, 6))) == (
        "Week 1, Dec 31, 2018 – Jan 6, 2019"
    )


def test_the_text_says_it_all() -> None:
    assert text_of(summary()) == (
        "Shop\n"
        "Week 52, Dec 25 – 31, 2017\n"
        "\n"
        "- Points outstanding fell 21\u00a0% to 1,217,400 in 7 days: 323,500 points\n"
        "  were deducted.\n"
        "\n"
        "Figures\n"
        "-------\n"
        "                       this week  week before   change\n"
        "Points outstanding     1,217,400    1,540,900  −21.0\u00a0%\n"
        "Points per redemption      59.00         0.00        –\n"
        "\n"
        "Redeemed most\n"
        "-------------\n"
        "           redemptions  points\n"
        "Gift card        1,200  60,000\n"
        "\n"
        "To look at\n"
        "----------\n"
        "- 2 events lie after as_of\n"
    )


def test_html_says_what_the_text_says() -> None:
    texts = read_html(html_of(summary())).texts
    assert texts[:4] == ["Shop: Week 52, Dec 25 – 31, 2017", "Shop", WEEK_TEXT, SENTENCE]
    assert texts[4:12] == [
        *("Figures", "Figure", "This week", "Week before"),
        *("Points outstanding", "1,217,400", "−21.0\u00a0%", "1,540,900"),
    ]
    assert texts[12:16] == ["Points per redemption", "59.00", "–", "0.00"]
    assert texts[16:] == [
        *("Redeemed most", "Item", "Redemptions", "Points", "Gift card", "1,200", "60,000"),
        *("To look at", "2 events lie after as_of"),
    ]


def test_changes_are_rounded_once_half_away_from_zero() -> None:
    percentages = ["0.05", "-0.05", "0.04", "-0.04", "12.25", None]
    rows = [row("redemptions", 2, 1, percentage) for percentage in percentages]
    changes = [figure.change for figure in summary(comparison=rows).figures]
    assert [change.removesuffix("\u00a0%") for change in changes] == [
        *("+0.1", "−0.1", "0.0", "0.0", "+12.3", "–")
    ]


def test_a_first_week_has_nothing_beside_it_and_says_why() -> None:
    first = summary(comparison=[row("redemptions", 12, None)])
    assert "Redemptions         12            –       –" in text_of(first)
    for written in (text_of(first), " ".join(read_html(html_of(first)).texts)):
        assert "The week before begins before the first event" in " ".join(written.split())


def test_every_figure_of_the_comparison_has_a_name() -> None:
    assert set(get_args(get_type_hints(ComparedFigure)["figure"])) == FIGURES.keys()


@pytest.mark.parametrize(
    "name", [*ATTACKS, LONG_TITLE, "", " \n\t\x00", "\n\nSubject: no", "礼" * 90]
)
def test_no_name_is_more_than_a_name(name: str) -> None:
    attacked = summary(
        name=name,
        items=[{"name": name, "redemptions": 1, "points": 1}],
        warnings=[f"a warning of {name}"],
    )
    lines = text_of(attacked).splitlines()
    assert max(map(columns, lines)) <= WIDTH
    page = read_html(html_of(attacked))
    plain = read_html(html_of(summary()))
    assert page.tags == plain.tags
    assert page.attributes == plain.attributes
    for text in (*lines, *page.texts):
        assert not set(text) & set("\x00\n\u2028\u2029\u202a\u202b\u202d\u202e\u2066\u2067\u200f")


@pytest.mark.parametrize("value", [0, -7, HUGE, -HUGE])
def test_numbers_of_any_length_leave_the_lines_their_width(value: int) -> None:
    rows = [row(figure, value, -value, "-123456789.01") for figure in FIGURES]
    items = [{"name": "x" * 200, "redemptions": HUGE, "points": HUGE}]
    text = text_of(summary(comparison=rows, items=items))
    assert max(map(columns, text.splitlines())) <= WIDTH
    assert f"{value:,}".replace("-", "−") in text


def test_the_page_needs_nothing_from_elsewhere_and_styles_itself() -> None:
    page = read_html(html_of(summary()))
    assert {"script", "link", "img", "style", "iframe", "form"} & set(page.tags) == set()
    assert {"src", "href", "class", "id", "onclick"} & dict(page.attributes).keys() == set()
    assert "url(" not in html_of(summary())


WEEK_TEXT = "Week 52, Dec 25 – 31, 2017"


class Page(HTMLParser):
    """The tags, the attributes and the texts of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.texts.append(data)


def read_html(text: str) -> Page:
    page = Page()
    page.feed(text)
    page.close()
    return page
