"""The page for everyone: any screen, theme, language, keyboard, screen reader or paper."""

import re
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from support.shops import EMPTY, HOSTILE, OLD, SHOP
from support.visits import Visit, Visiting, payload

PHONE = {"viewport": {"width": 360, "height": 740}}
WIDE = {"viewport": {"width": 1920, "height": 1080}}
DARK = {"color_scheme": "dark"}


@pytest.mark.parametrize(
    ("settings", "website"),
    [(WIDE, SHOP), (DARK, EMPTY), (PHONE, HOSTILE), (PHONE | DARK, SHOP), (WIDE, "all")],
)
def test_axe_finds_nothing_in_any_section(
    visit: Visiting, shops: Path, settings: dict[str, Any], website: int | str
) -> None:
    page = visit(shops, **settings)
    page.go(website=website)
    for title in page.page.locator("#menu a").all_text_contents():
        page.open(title)
        page.page.locator("main button.switch").evaluate_all(
            "all => all.filter((_, number) => number % 4 === 0).forEach(each => each.click())"
        )
        assert violations(page) == [], title
    page.page.locator(".pill summary").first.click()
    assert violations(page) == []


def violations(page: Visit) -> list[tuple[str, str, str]]:
    """What axe-core has to say against a page."""
    return [
        (violation["id"], node["html"], node["failureSummary"])
        for violation in Axe().run(page.page).response["violations"]
        for node in violation["nodes"]
    ]


@pytest.mark.parametrize("direction", ["ltr", "rtl"])
@pytest.mark.parametrize("width", [320, 390, 640, 1280, 2560])
def test_no_width_needs_scrolling_sideways_in_either_direction_of_writing(
    visit: Visiting, dirty: Path, width: int, direction: str
) -> None:
    page = visit(dirty, viewport={"width": width, "height": 800})
    page.page.evaluate("to => { document.documentElement.dir = to }", direction)
    for title in page.page.locator("#menu a").all_text_contents():
        page.open(title)
        assert page.page.evaluate("document.documentElement.scrollWidth") <= width, title
        boxes = page.page.locator(".card, .tiles, .head, .pill, .controls, h2").evaluate_all(
            "all => all.map(each => each.getBoundingClientRect())"
            ".map(({left, right}) => [left, right])"
        )
        assert [box for box in boxes if box[0] < 0 or box[1] > width] == [], title


def test_right_to_left_the_page_is_the_mirror_of_itself(visit: Visiting, shops: Path) -> None:
    page = visit(shops, viewport={"width": 1280, "height": 800})
    page.open("Clients")
    places = """() => ["h1", "h2", "#menu a", ".segments", ".card"].map(each => {
        const { left, right } = document.querySelector(each).getBoundingClientRect();
        const { clientWidth: width, dir } = document.documentElement;
        return dir === "rtl" ? [width - right, width - left] : [left, right];
    }).flat()"""
    written = page.page.evaluate(places)
    page.page.evaluate("document.documentElement.dir = 'rtl'")
    assert page.page.evaluate(places) == pytest.approx(written, abs=1)


def test_dark_mode_draws_the_charts_in_its_own_colours(visit: Visiting, shops: Path) -> None:
    page = visit(shops)
    canvas = page.card("Points outstanding").locator("canvas")
    colour = "canvas => Chart.getChart(canvas).data.datasets[0].borderColor"
    light = canvas.evaluate(colour)
    page.page.emulate_media(color_scheme="dark")
    page.page.wait_for_function(
        "([canvas, light]) => Chart.getChart(canvas).data.datasets[0].borderColor !== light",
        arg=[canvas.element_handle(), light],
    )
    background = page.page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    assert max(int(part) for part in re.findall(r"\d+", background)) < 40


def test_all_can_be_done_with_the_keyboard(visit: Visiting, shops: Path) -> None:
    page = visit(shops)
    keyboard = page.page.keyboard
    focused = "document.activeElement.getAttribute('aria-label') ?? document.activeElement.name"
    keyboard.press("Tab")
    assert page.page.evaluate("document.activeElement.textContent") == "Skip to the figures"
    keyboard.press("Tab")
    assert page.page.evaluate(focused) == "website"
    keyboard.press("Tab")
    keyboard.press("Enter")
    assert page.page.locator(".state details").first.get_attribute("open") == ""
    for _ in range(20):
        keyboard.press("Tab")
        if page.page.evaluate(focused) == "period":
            break
    keyboard.press("ArrowRight")
    page.page.wait_for_url("**#website=1&section=overview&days=90")
    page.wait()
    assert page.page.evaluate("document.activeElement.value") == "90"
    keyboard.press("Tab")
    keyboard.press("Enter")
    assert page.page.locator(".range .panel").is_visible()
    for name in ("What this counts: Overview", "Table: Points outstanding"):
        keyboard.press("Tab")
        assert page.page.evaluate(focused) == name
    keyboard.press("Enter")
    assert page.card("Points outstanding").locator("table").is_visible()
    for tool in ("What this counts", "Save"):
        keyboard.press("Tab")
        assert page.page.evaluate(focused) == f"{tool}: Points outstanding"
    keyboard.press("Tab")
    assert page.page.evaluate(focused) == "Points outstanding"
    assert page.page.locator("#status").text_content() == "Shop: Overview, 90 days"


def test_every_chart_is_named_for_those_who_cannot_see_it(visit: Visiting, shops: Path) -> None:
    page = visit(shops)
    labels = page.page.locator("canvas").evaluate_all(
        "all => all.map(canvas => canvas.getAttribute('aria-label'))"
    )
    assert all(label.endswith("The table has the same numbers.") for label in labels)
    assert len(page.page.get_by_role("img").all()) >= len(labels)


@pytest.mark.parametrize(
    ("locale", "separator", "date"),
    [
        ("de-DE", ".", "30. Apr. 2024"),
        ("en-GB", ",", "30 Apr 2024"),
        ("fr-FR", "\u202f", "30 avr. 2024"),
    ],
)
def test_numbers_and_dates_are_written_as_the_reader_writes_them(
    visit: Visiting, shops: Path, locale: str, separator: str, date: str
) -> None:
    page = visit(shops, locale=locale)
    page.go(website=OLD)
    assert date in page.page.locator(".state").text_content()
    balance = payload(shops, "analytics/points_balance/index.json", OLD)["total_points_balance"]
    outstanding = page.page.locator(".tiles dd").first.text_content()
    assert outstanding == f"{balance:,}".replace(",", separator)


def test_paper_is_light_without_controls_and_with_every_chart(visit: Visiting, shops: Path) -> None:
    page = visit(shops, **DARK)
    colours = page.page.evaluate(
        """() => {
            const canvas = document.querySelector("canvas");
            const colour = () => Chart.getChart(canvas).data.datasets[0].borderColor;
            const screen = colour();
            dispatchEvent(new Event("beforeprint"));
            const paper = colour();
            dispatchEvent(new Event("afterprint"));
            return [screen, paper, colour()];
        }"""
    )
    assert colours[0] == colours[2] != colours[1]
    page.page.emulate_media(media="print")
    assert not page.page.locator(".choices").is_visible()
    assert page.page.locator("button:visible").count() == 0
    assert page.page.pdf().startswith(b"%PDF")


def test_the_page_may_load_and_call_nothing_but_its_own_files(visit: Visiting, shops: Path) -> None:
    page = visit(shops)
    policy = page.page.locator("meta[http-equiv=Content-Security-Policy]").get_attribute("content")
    assert "default-src 'none'" in policy and "unsafe" not in policy
    page.page.evaluate(
        """() => {
            const script = document.createElement("script");
            script.textContent = "document.title = 'broken into'";
            document.head.append(script);
        }"""
    )
    assert page.page.title() == "Shop · Loyalty Analytics"
    assert "violates the following Content Security Policy" in page.complaints.pop()
