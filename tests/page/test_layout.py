"""How cards lie on the page and on paper: packed without overlaps, and charts as wide as it."""

from pathlib import Path

import pytest
from support.shops import AS_OF
from support.visits import Visit, Visiting

OVERLAPS = """() => {
    const boxes = [...document.querySelectorAll("main .card, main .tiles:not(.card .tiles)")]
        .map(each => [each.textContent.slice(0, 30), each.getBoundingClientRect()]);
    return boxes.flatMap(([name, one], at) => boxes.slice(at + 1)
        .filter(([, other]) => one.left < other.right - 1 && other.left < one.right - 1
            && one.top < other.bottom - 1 && other.top < one.bottom - 1)
        .map(([other]) => [name, other]));
}"""
SECTIONS = ("Overview", "Clients", "Rewards", "Points", "Campaigns", "Snapshots", "Widgets", "Data")


def settled(page: Visit) -> list[list[str]]:
    """Which cards overlap once the page has been laid out."""
    page.page.evaluate("() => new Promise(done => requestAnimationFrame(() => setTimeout(done)))")
    return page.page.evaluate(OVERLAPS)


@pytest.mark.parametrize("title", SECTIONS)
@pytest.mark.parametrize("width", [390, 1280])
def test_no_card_overlaps_another_whatever_it_shows(
    visit: Visiting, shops: Path, width: int, title: str
) -> None:
    page = visit(shops, viewport={"width": width, "height": 800})
    page.open(title)
    assert settled(page) == []
    for switch in page.page.locator("main button.switch").all()[::3]:
        switch.click()
    assert settled(page) == []
    for choice in page.page.locator("main select").all():
        choice.select_option(index=1)
        assert settled(page) == []


def test_snapshots_have_the_whole_width(visit: Visiting, shops: Path) -> None:
    page = visit(shops, viewport={"width": 1280, "height": 800})
    page.open("Snapshots")
    line = page.page.locator(".cards").first.bounding_box()
    for title in (f"{AS_OF:%B %Y}", "Every month"):
        assert page.card(title).bounding_box()["width"] == line["width"]


def test_charts_are_drawn_anew_for_paper_and_then_for_the_screen(
    visit: Visiting, shops: Path
) -> None:
    page = visit(shops, viewport={"width": 1920, "height": 1000})
    widths = []
    for event in ("beforeprint", "afterprint"):
        page.page.evaluate("event => dispatchEvent(new Event(event))", event)
        widths.append(
            page.page.locator("main canvas").evaluate_all(
                "all => all.map(each => each.clientWidth)"
            )
        )
    paper, screen = widths
    assert max(paper) < 718 < sum(screen[:2])
    assert min(paper) > 200
