"""Files of cards, as a browser saves them: CSV with every digit, PNG, SVG."""

import csv
import io
import re
import struct
import zlib
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Locator
from support.exports import api_file, copy_export, rewrite, rewrite_page
from support.shops import ATTACKS, HOSTILE, SHOP
from support.visits import Visit, Visiting, payload

SVG = "{http://www.w3.org/2000/svg}"
SEEN = """body => [...body.querySelectorAll("th, td, dt, dd, p, h4")]
    .filter(each => getComputedStyle(each).color !== "rgba(0, 0, 0, 0)")
    .map(each => each.innerText).join(" ")"""
"""The words of a card that are to be seen."""


def saved(page: Visit, card: Locator, choice: str) -> tuple[str, bytes]:
    """The name and content of a file that a card saves: `The table as CSV`, …"""
    if card.get_by_role("group", name=re.compile("^Save: ")).count() == 0:
        card.get_by_role("button", name=re.compile("^Save: ")).click()
    with page.page.expect_download() as download:
        card.get_by_role("button", name=choice, exact=True).click()
    return download.value.suggested_filename, Path(download.value.path()).read_bytes()


def lines_of(content: bytes) -> list[list[str]]:
    """The cells of a CSV, read as RFC 4180 has it."""
    text = content.decode("utf-8-sig")
    assert text.endswith("\r\n")
    return list(csv.reader(io.StringIO(text, newline=""), strict=True))


def written(value: Any) -> str:
    """A payload's value in a CSV: each digit that it has."""
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def as_lines(rows: list[dict[str, Any]]) -> list[list[str]]:
    return [list(rows[0]), *([written(value) for value in row.values()] for row in rows)]


CARDS = {
    "Points outstanding": ("Overview", "points_trend/days=30"),
    "Engagement": ("Overview", "engagement_trend/days=30"),
    "Cohorts": ("Clients", "cohorts/index"),
    "Segments": ("Clients", "segments/index"),
    "Liability": ("Points", "liability/index"),
    "Roll-forward of points": ("Points", "roll_forward/index"),
    "Redemptions of items": ("Rewards", "item_performance/index"),
    "How requests are answered": ("Rewards", "request_funnel/days=30"),
}


@pytest.mark.parametrize("from_disk", [False, True])
def test_a_csv_has_the_keys_and_digits_of_the_payload(
    visit: Visiting, shops: Path, from_disk: bool
) -> None:
    page = visit(shops, from_disk=from_disk)
    for title, (section, file) in CARDS.items():
        page.open(section)
        name, content = saved(page, page.card(title), "The table as CSV")
        shown = payload(shops, f"analytics/{file}.json")
        rows = shown if isinstance(shown, list) else [shown]
        assert lines_of(content) == as_lines(rows), title
        assert name.startswith("Shop-") and name.endswith(".csv")


def test_a_widgets_csv_has_its_own_data(visit: Visiting, shops: Path) -> None:
    page = visit(shops)
    page.open("Widgets")
    (widget,) = (
        each
        for each in payload(shops, "dashboard-widgets/index.json")
        if each["title"] == "Two weeks"
    )
    _, content = saved(page, page.card("Two weeks"), "The table as CSV")
    data = payload(shops, f"dashboard-widgets/{widget['id']}/data/index.json")["data"]
    assert len(data) == 14 and lines_of(content) == as_lines(data)


def test_a_forecasts_csv_has_the_days_counted_and_those_to_come(
    visit: Visiting, shops: Path
) -> None:
    page = visit(shops)
    page.open("Forecast")
    _, content = saved(page, page.card("Forecast: Points issued"), "The table as CSV")
    head, *lines = lines_of(content)
    assert head == ["date", "counted", "point", "low_80", "high_80", "low_95", "high_95"]
    counted = payload(shops, "analytics/points_trend/days=30.json")
    expected = payload(shops, "analytics/forecast/days=90.json")
    days = [row for row in expected if row["series"] == "points_issued"][:30]
    assert lines == [
        *([row["date"], str(row["issued"]), *[""] * 5] for row in counted),
        *([row["date"], "", *(written(row[key]) for key in head[2:])] for row in days),
    ]


def test_a_campaigns_csv_has_a_line_for_each_of_its_metrics(visit: Visiting, shops: Path) -> None:
    page = visit(shops)
    page.open("Campaigns")
    _, content = saved(page, page.card("Effects of campaigns"), "The table as CSV")
    campaigns = payload(shops, "analytics/campaigns/index.json")
    rows = [
        {key: value for key, value in campaign.items() if key != "metrics"} | metric
        for campaign in campaigns
        for metric in campaign["metrics"]
    ]
    assert lines_of(content) == as_lines(rows)


FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\uff1d1")
HARMLESS = ("", "a,b", 'say "no"', "two\nlines", "1-1", *ATTACKS)


@pytest.mark.parametrize("from_disk", [False, True])
def test_texts_that_look_like_formulas_are_harmless_and_numbers_stay(
    visit: Visiting, shops: Path, tmp_path: Path, from_disk: bool
) -> None:
    export = copy_export(shops, tmp_path / "copy", only=SHOP)
    names = [*FORMULAS, *HARMLESS]
    rows = [
        {
            "category": name,
            "redemptions": 2**63 + at,
            "points": -at,
            "percentage": Decimal("-1.50"),
        }
        for at, name in enumerate(names)
    ]
    rewrite(api_file(export, SHOP, "analytics/redemption_categories/days=30.json"), rows)
    rewrite_page(export)
    page = visit(export, from_disk=from_disk)
    page.open("Rewards")
    _, content = saved(page, page.card("Redemptions by category"), "The table as CSV")
    assert content.startswith(b"\xef\xbb\xbf"), "names that are not ASCII need the mark"
    _, *lines = lines_of(content)
    assert [line[0] for line in lines] == [*(f"'{name}" for name in FORMULAS), *HARMLESS]
    assert [line[1:] for line in lines] == [
        [str(2**63 + at), str(-at), "-1.50"] for at in range(len(names))
    ]
    trend = page.open("Overview").locator("section.card").first
    assert not saved(page, trend, "The table as CSV")[1].startswith(b"\xef\xbb\xbf")


def image(content: bytes) -> tuple[int, int, int]:
    """The width and height of a PNG, and how many different lines of pixels it has."""
    assert content.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", content[16:24])
    packed, place = b"", 8
    while place < len(content):
        (length,) = struct.unpack(">I", content[place : place + 4])
        if content[place + 4 : place + 8] == b"IDAT":
            packed += content[place + 8 : place + 8 + length]
        place += 12 + length
    pixels = zlib.decompress(packed)
    stride = len(pixels) // height
    return width, height, len({pixels[at : at + stride] for at in range(0, len(pixels), stride)})


@pytest.mark.parametrize(
    ("section", "title"),
    [
        ("Overview", "Points issued and redeemed"),
        ("Clients", "Segments"),
        ("Forecast", "Forecast: Points issued"),
        ("Widgets", "tier_distribution as pie"),
    ],
)
def test_a_chart_is_saved_as_an_image_of_one_size_on_any_screen(
    visit: Visiting, shops: Path, section: str, title: str
) -> None:
    sizes = []
    for options in ({}, {"viewport": {"width": 390, "height": 800}, "color_scheme": "dark"}):
        page = visit(shops, **options)
        page.open(section)
        before = page.page.evaluate("document.documentElement.className")
        name, content = saved(page, page.card(title), "The chart as PNG")
        width, height, kinds = image(content)
        assert name.endswith(".png") and kinds > 100
        sizes.append(width)
        assert height > 400
        assert page.page.evaluate("document.documentElement.className") == before
    assert sizes == [1920, 1920]


def test_a_chart_behind_its_table_is_saved_too(visit: Visiting, shops: Path) -> None:
    page = visit(shops)
    card = page.card("Redemptions")
    shown = saved(page, card, "The chart as PNG")
    page.table("Redemptions")
    assert saved(page, card, "The chart as PNG") == shown


@pytest.mark.parametrize(
    ("section", "title"),
    [
        ("Clients", "Cohorts"),
        ("Clients", "Moves between tiers"),
        ("Points", "Liability"),
        ("Campaigns", "Effects of campaigns"),
        ("Rewards", "When clients redeem"),
        ("Clients", "First redemption"),
    ],
)
def test_what_is_drawn_of_elements_is_saved_as_svg(
    visit: Visiting, shops: Path, section: str, title: str
) -> None:
    page = visit(shops)
    page.open(section)
    card = page.card(title)
    _, content = saved(page, card, "The picture as SVG")
    root = ElementTree.fromstring(content)
    texts = [text.text or "" for text in root.iter(f"{SVG}text")]
    assert texts[0] == title and texts[1].startswith("Shop · ")
    shown = card.locator(".body").evaluate(SEEN)
    assert shown and {*shown.split()} <= {word for text in texts for word in text.split()}
    assert {each.tag.removeprefix(SVG) for each in root.iter()} <= {
        *("svg", "title", "rect", "line", "text", "circle", "path")
    }


def test_hostile_names_are_text_in_files_too(visit: Visiting, shops: Path) -> None:
    page = visit(shops)
    page.go(website=HOSTILE, section="campaigns")
    name, content = saved(page, page.card("Effects of campaigns"), "The picture as SVG")
    root = ElementTree.fromstring(content)
    assert {each.tag.removeprefix(SVG) for each in root.iter()} <= {
        *("svg", "title", "rect", "line", "text", "circle", "path")
    }
    assert re.fullmatch(r"[\w-]+\.svg", name)
    page.go(website=HOSTILE, section="widgets")
    for card in page.page.locator("section.card:has(canvas)").all()[:3]:
        assert image(saved(page, card, "The chart as PNG")[1])[0] == 1920
