"""What the page begins with: sentences, and figures with their change and their course."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from support.exports import api_file, copy_export, read, rewrite
from support.shops import ATTACKS, EMPTY, HOSTILE, OLD, SHOP
from support.visits import Visit, Visiting, payload

OF_30_DAYS = "analytics/{}/days=30.json"


def tile(page: Visit, label: str) -> Any:
    """The tile of a figure."""
    return page.page.locator(".tiles > div", has=page.page.get_by_text(label, exact=True))


def change_of(page: Visit, label: str) -> tuple[str, str]:
    """What a tile says of its change, as it is read out, and what its colour means."""
    change = tile(page, label).locator(".change")
    return change.text_content(), change.get_attribute("data-change")


def with_change(shops: Path, folder: Path, figure: str, **values: Any) -> Path:
    """A copy of the export in which a figure changed otherwise."""
    export = copy_export(shops, folder / "copy", only=SHOP)
    path = api_file(export, SHOP, OF_30_DAYS.format("comparison"))
    rewrite(path, [row | (values if row["figure"] == figure else {}) for row in read(path)])
    return export


@pytest.mark.parametrize("website", [SHOP, EMPTY, HOSTILE, OLD, "all"])
def test_the_sentences_are_those_of_the_payload(
    visit: Visiting, shops: Path, website: int | str
) -> None:
    page = visit(shops)
    for days in (7, 365):
        page.go(website=website, days=days)
        first, *others = (
            row["sentence"]
            for row in payload(shops, f"analytics/headlines/days={days}.json", website)
        )
        assert page.page.locator(".lead").all_text_contents() == [first]
        assert page.page.locator(".further").all_text_contents() == [" ".join(others)] * bool(
            others
        )


def test_a_sentence_is_text_whatever_it_holds(visit: Visiting, shops: Path, tmp_path: Path) -> None:
    export = copy_export(shops, tmp_path / "copy", only=SHOP)
    rows = [
        {"place": place, "figure": "redemptions", "sentence": attack}
        for place, attack in enumerate(ATTACKS, start=1)
    ]
    rewrite(api_file(export, SHOP, OF_30_DAYS.format("headlines")), rows)
    page = visit(export)
    assert page.page.locator(".lead").text_content() == ATTACKS[0]
    assert page.page.locator(".further").text_content() == " ".join(ATTACKS[1:])
    assert page.page.locator(".overview img, .overview script").count() == 0


@pytest.mark.parametrize(
    ("figure", "label", "before", "change", "percentage", "words", "meaning"),
    [
        ("redemptions", "Redemptions", 8, 4, 50.0, "▲ 50% more; 8 in the 30 days before", "better"),
        ("redemptions", "Redemptions", 16, -4, -25.0, "▼ 25% less; 16 in the", "worse"),
        ("redemptions", "Redemptions", 12, 0, 0.0, "= no change; 12 in the", "neutral"),
        ("redemptions", "Redemptions", 0, 12, None, "▲ 12 more; 0 in the", "better"),
        ("redemptions", "Redemptions", 999, -4, -0.4, "▼ less than 1% less; 999 in", "worse"),
        ("points_issued", "Points issued", 8, 4, 50.0, "▲ 50% more; 8 in the", "neutral"),
        ("points_outstanding", "Points outstanding", 9, -3, -33.33, "▼ 33% less; 9 in", "neutral"),
    ],
)
def test_a_change_is_an_arrow_words_and_a_colour_only_where_more_is_better(
    visit: Visiting,
    shops: Path,
    tmp_path: Path,
    figure: str,
    label: str,
    before: int,
    change: int,
    percentage: float | None,
    words: str,
    meaning: str,
) -> None:
    values = {"value_before": before, "change": change, "change_percentage": percentage}
    page = visit(with_change(shops, tmp_path, figure, status="ok", **values))
    said, coloured = change_of(page, label)
    assert said.startswith(words)
    assert coloured == meaning


def test_without_a_period_before_no_change_is_shown_and_the_tile_says_why(
    visit: Visiting, shops: Path
) -> None:
    page = visit(shops)
    page.go(website=SHOP, days=365)
    rows = payload(shops, "analytics/comparison/days=365.json", SHOP)
    assert {row["status"] for row in rows} == {"before_first_event"}
    assert page.page.locator(".change").count() == 0
    reason = "No change is shown: the 365 days before would begin before the first event."
    assert tile(page, "Redemptions").get_attribute("title") == reason
    assert tile(page, "Redemptions").locator(".unseen").text_content() == reason
    expect(page.page.locator(".against .caption")).to_have_text(reason)


@pytest.mark.parametrize("website", [SHOP, OLD, "all"])
def test_figures_that_are_known_by_day_have_their_course(
    visit: Visiting, shops: Path, website: int | str
) -> None:
    page = visit(shops)
    page.go(website=website, days=365)
    with_course = [
        label
        for label in page.page.locator(".tiles dt").all_text_contents()
        if tile(page, label).locator("polyline").count()
    ]
    ledger = ["Points outstanding", "Points issued", "Points redeemed, in all", "Redemptions"]
    clients = ["Active clients", "Clients with transactions"]
    assert with_course == ledger + clients * (website != "all")
    steps = page.page.locator(".spark polyline").first.get_attribute("points").split(" ")
    assert 50 < len(steps) <= 61


def test_a_course_ends_with_what_the_tile_says(
    visit: Visiting, shops: Path, tmp_path: Path
) -> None:
    """A level that falls on the last of many days is not smoothed away."""
    export = copy_export(shops, tmp_path / "copy", only=SHOP)
    path = api_file(export, SHOP, "analytics/points_trend/days=365.json")
    *days, last = read(path)
    rewrite(path, [*(day | {"balance": 100} for day in days), last | {"balance": 0}])
    page = visit(export)
    page.go(days=365)
    line = tile(page, "Points outstanding").locator("polyline").get_attribute("points")
    heights = [float(point.split(",")[1]) for point in line.split(" ")]
    assert heights[-1] == max(heights) == 30
    assert set(heights[:-1]) == {2}


@pytest.mark.parametrize(
    ("broken", "lead", "tiles"), [("headlines", 0, 10), ("comparison", 1, 0), ("overview", 1, 9)]
)
def test_what_is_broken_leaves_the_rest(
    visit: Visiting, shops: Path, tmp_path: Path, broken: str, lead: int, tiles: int
) -> None:
    export = copy_export(shops, tmp_path / "copy", only=SHOP)
    rewrite(api_file(export, SHOP, OF_30_DAYS.format(broken)), b"")
    page = visit(export)
    expect(page.page.locator(".overview .failure").first).to_contain_text("isn't valid JSON")
    assert page.page.locator(".lead").count() == lead
    assert page.page.locator(".tiles dt").count() == tiles
    assert page.page.locator("main canvas").count() == 4
