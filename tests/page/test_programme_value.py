"""The programme's value in the part Points: its cost, what it must bring, and what isn't known."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from support.exports import api_file, copy_export, rewrite
from support.outlooks import programme_value
from support.shops import SHOP
from support.visits import Visit, Visiting

from api_export.payloads.value_schemas import ProgrammeValue

COST = "The programme cost 1,000.00, 2.00% of revenue."
BREAK_EVEN = (
    "It has paid for itself if at least 8.40% of the margin of these days came because of it."
)
NO_EXPERIMENT = (
    "What the programme brought can't be told: that takes campaigns with a random hold-out that"
    " ended in these days, each with a margin that is known."
)
NO_COST = dict.fromkeys(("points_accrued_cost", "cost", "cost_rate", "break_even_uplift"))
NO_MARGIN = {"break_even_uplift": None}


def test_a_handmade_value_has_the_keys_of_a_real_one() -> None:
    assert list(programme_value("ok")) == list(ProgrammeValue.__annotations__)


@pytest.mark.parametrize(
    ("value", "sentence", "unknown"),
    [
        (
            programme_value("ok", roi=Decimal("-0.35")),
            f"{COST} {BREAK_EVEN} Campaigns with a random hold-out that ended in these days brought"
            " an estimated 0.65 of margin for each 1 that the whole programme cost; how sure each"
            " is, the part Campaigns says.",
            0,
        ),
        (
            programme_value("ok", **dict.fromkeys(("cost", "cost_rate", "break_even_uplift"), 0)),
            "The programme cost 0.00, 0.00% of revenue. Where nothing was spent, there is no return"
            " on it.",
            1,
        ),
        (
            programme_value("no_experiment"),
            f"{COST} {BREAK_EVEN} {NO_EXPERIMENT}",
            1,
        ),
        (
            programme_value("no_experiment", break_even_uplift=Decimal("-8.40")),
            f"{COST} The margin of these days is below 0, so no part of it can have paid for that."
            f" {NO_EXPERIMENT}",
            1,
        ),
        (
            programme_value("no_orders", **NO_MARGIN, orders=None, revenue=None, cost_rate=None),
            "The programme cost 1,000.00. There are no orders in these days, so what the programme"
            " has to bring can't be told.",
            3,
        ),
        (
            programme_value("no_margin", **NO_MARGIN),
            f"{COST} An order in these days has no margin, and LOYALTY_MARGIN sets no share for it,"
            " so what the programme has to bring isn't known.",
            2,
        ),
        (
            programme_value("no_point_value", **NO_COST, points_redeemed_cost=None),
            "What a point is worth isn't known, and so what the points cost: there are no"
            " conversions, and no value is set.",
            5,
        ),
        (
            programme_value("short_history", **NO_COST),
            "The history is too short to say how many of the points issued will be redeemed, and so"
            " what they cost: it takes three whole months.",
            5,
        ),
    ],
)
def test_each_status_has_its_reason_and_what_is_known_all_the_same(
    visit: Visiting, shops: Path, tmp_path: Path, value: Any, sentence: str, unknown: int
) -> None:
    card = opened(visit, shops, tmp_path, value).card("Programme value")
    assert card.locator(".picture > p").text_content() == sentence
    assert card.locator("dd:not(.note)").all_text_contents().count("not known") == unknown


def test_its_table_has_every_figure(visit: Visiting, shops: Path, tmp_path: Path) -> None:
    page = opened(visit, shops, tmp_path, programme_value("ok", roi=Decimal("0.40")))
    assert [value for _, value in page.table("Programme value")[1:]] == [
        *("1,000.00", "880.00", "120.00", "2.00%", "8.40%", "0.40"),
        *("310.25", "1,234", "50,000.00", "12,000.00"),
    ]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "isn't valid JSON"),
        ({}, "doesn't know a value of this status"),
        (programme_value("constructor"), "doesn't know a value of this status"),
    ],
)
def test_a_broken_value_breaks_its_card_alone(
    visit: Visiting, shops: Path, tmp_path: Path, content: Any, reason: str
) -> None:
    page = opened(visit, shops, tmp_path, content)
    expect(page.card("Programme value").locator(".failure")).to_contain_text(reason)
    assert page.page.locator("#part-points .failure").count() == 1


def opened(visit: Visiting, shops: Path, tmp_path: Path, value: Any) -> Visit:
    """A visit to the part of a shop whose programme has another value."""
    export = copy_export(shops, tmp_path / "copy", only=SHOP)
    rewrite(api_file(export, SHOP, "analytics/programme_value/days=30.json"), value)
    page = visit(export)
    page.open("Points")
    return page
