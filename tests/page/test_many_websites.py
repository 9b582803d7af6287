"""A switch of three hundred websites: searched in by parts of their names, or by their ids."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, expect
from support.exports import copy_export, read, rewrite, rewrite_page
from support.shops import ATTACKS, SHOP
from support.visits import Visit, Visiting

NAMES = {2: "Café Zürich", 3: "Cafe Zurich", 4: "all", 5: "All websites", 6: "Shop", 7: "x " * 200}
"""Names that others are like, and one without end."""
PHONE = {"viewport": {"width": 320, "height": 640}}


@pytest.fixture
def chain(shops: Path, tmp_path: Path) -> Path:
    """The export of a shop, and of 299 others that have nothing but a name."""
    export = copy_export(shops, tmp_path / "copy", only=SHOP)
    (shop,) = read(export / "websites.json")
    attacks = dict(enumerate(ATTACKS, start=10))
    others = [
        shop | {"id": number, "name": (NAMES | attacks).get(number, f"Branch {number}")}
        for number in range(2, 301)
    ]
    rewrite(export / "websites.json", [shop, *others])
    for website in others:
        (export / str(website["id"])).symlink_to(export / str(SHOP))
    totals = read(export / "manifest.json")["totals"]
    rewrite_page(export, totals={str(each["id"]): totals[str(SHOP)] for each in [shop, *others]})
    return export


def search(page: Visit, text: str) -> list[tuple[str, str]]:
    """The ids and names that the switch lists for a text."""
    field = page.page.get_by_role("combobox", name="Website")
    field.fill(text)
    return [
        (match.get_attribute("data-value") or "", match.locator("bdi").text_content() or "")
        for match in matches(page).all()
    ]


def matches(page: Visit) -> Locator:
    """What the switch lists."""
    return page.page.locator("#website-matches [role=option]")


def test_names_are_found_by_their_parts_whatever_their_case_and_accents(
    visit: Visiting, chain: Path
) -> None:
    page = visit(chain)
    both = [("2", "Café Zürich"), ("3", "Cafe Zurich")]
    for text in ("ZURICH", "café", " e z"):
        assert search(page, text) == both
    assert search(page, "branch 29") == [("29", "Branch 29")] + [
        (str(number), f"Branch {number}") for number in range(290, 300)
    ]
    assert search(page, "7")[0] == ("7", NAMES[7])
    assert search(page, "all") == [("all", "All websites"), ("4", "all"), ("5", "All websites")]
    assert search(page, "nowhere at all") == []
    assert page.page.locator("#status").text_content() == "0 of 301 match"
    search(page, "")
    assert page.page.locator("#status").text_content() == (
        "301 of 301 match, the first 50 are listed"
    )


def test_a_website_is_chosen_by_the_keyboard(visit: Visiting, chain: Path) -> None:
    page = visit(chain)
    page.open("Points")
    field = page.page.get_by_role("combobox", name="Website")
    expect(field).to_have_value("Shop")
    field.focus()
    keyboard = page.page.keyboard
    keyboard.type("shop")
    assert [match.get_attribute("data-value") for match in matches(page).all()] == ["1", "6"]
    keyboard.press("ArrowDown")
    expect(field).to_have_attribute("aria-activedescendant", "website-6")
    keyboard.press("Enter")
    page.page.wait_for_url("**#website=6&section=points&days=30")
    page.wait()
    expect(field).to_be_focused()
    expect(field).to_have_value("Shop")
    keyboard.type("zzz")
    keyboard.press("Escape")
    expect(field).to_have_value("Shop")
    expect(field).to_have_attribute("aria-expanded", "false")
    keyboard.press("ArrowUp")
    expect(field).to_have_attribute("aria-expanded", "true")
    keyboard.press("Tab")
    expect(page.page.locator("#website-matches")).to_be_hidden()


@pytest.mark.parametrize("from_disk", [False, True])
def test_hostile_names_are_listed_and_chosen_as_they_are(
    visit: Visiting, chain: Path, from_disk: bool
) -> None:
    page = visit(chain, from_disk=from_disk)
    for number, name in enumerate(ATTACKS, start=10):
        found = search(page, name[:12])
        assert (str(number), name) in found
        page.page.locator(f"#website-{number}").click()
        page.page.wait_for_url(f"**#website={number}&section=overview&days=30")
        page.wait()
        assert page.page.locator("h1").text_content() == name
    assert page.page.locator("body :is(script, b), main img").count() == 0


@pytest.mark.parametrize("settings", [{}, PHONE | {"color_scheme": "dark"}])
def test_the_open_list_is_right_for_everyone_and_fits(
    visit: Visiting, chain: Path, settings: dict[str, object]
) -> None:
    page = visit(chain, **settings)
    search(page, "x")
    assert Axe().run(page.page, context=".bar").response["violations"] == []
    box = page.page.locator("#website-matches").bounding_box()
    assert box is not None and box["x"] >= 0
    assert box["x"] + box["width"] <= page.page.viewport_size["width"]
