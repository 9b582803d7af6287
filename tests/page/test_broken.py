"""What is broken breaks nothing beside it: configs, payloads, files, the chart library."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from support.exports import api_file, copy_export, read, rewrite, rewrite_page
from support.shops import HOSTILE, SHOP, STRANGE_CONFIGS
from support.visits import Visit, Visiting, payload, picture

DATED = {"widget": {}, "as_of": "2024-04-30"}
BROKEN: tuple[Any, ...] = (
    None,
    [],
    DATED | {"data": {}},
    DATED | {"data": [None]},
    DATED | {"data": [{"date": "2024-04-30", "issued": {"toString": 1}}]},
    DATED | {"data": [{"date": "2024-04-30", "redemptions": "7", "points": 1, "clients": 1}]},
    DATED | {"data": [{"date": [], "issued": 1, "redeemed": 1, "balance": 1}]},
    DATED | {"data": [{"date": "__proto__", "issued": 1, "redeemed": 1, "balance": 1}]},
)
"""Data of no widget's shape."""

PAYLOADS = {
    "Overview": {
        "analytics/points_trend/days=30.json": ["Points outstanding", "Points issued and redeemed"],
        "analytics/redemption_trend/days=30.json": ["Redemptions"],
        "analytics/engagement_trend/days=30.json": ["Engagement"],
    },
    "Rewards": {
        "analytics/redemption_categories/days=30.json": ["Redemptions by category"],
        "analytics/redemption_patterns/days=30.json": ["When clients redeem"],
    },
    "Snapshots": {"analytics/tier_distribution/index.json": ["Clients by tier"]},
}
"""By section, what shows each payload."""


@pytest.mark.parametrize("from_disk", [False, True])
def test_a_config_that_names_no_chart_leaves_the_usual_one(
    visit: Visiting, shops: Path, from_disk: bool
) -> None:
    page = visit(shops, from_disk=from_disk)
    page.go(website=HOSTILE, section="widgets")
    titles = [f"Strange config {number}" for number in range(len(STRANGE_CONFIGS))]
    assert {title: picture(page, title) for title in titles} == dict.fromkeys(titles, "line")
    assert page.page.locator(".failure").count() == 0
    assert page.page.evaluate("({}).chart === undefined && ({}).days === undefined")


@pytest.mark.parametrize("from_disk", [False, True])
def test_a_broken_widget_says_so_and_the_others_are_drawn(
    visit: Visiting, shops: Path, tmp_path: Path, from_disk: bool
) -> None:
    export = copy_export(shops, tmp_path / "copy", only=SHOP)
    titles = [widget["title"] for widget in payload(export, "dashboard-widgets/index.json")]
    for number, content in enumerate((b'{"widget": ', *BROKEN), start=1):
        rewrite(api_file(export, SHOP, f"dashboard-widgets/{number}/data/index.json"), content)
    api_file(export, SHOP, "dashboard-widgets/20/data/index.json").unlink()
    rewrite_page(export)
    page = visit(export, from_disk=from_disk)
    page.open("Widgets")
    reasons = [page.card(title).locator(".failure").all_text_contents() for title in titles]
    unlike = "This can't be shown. Its figures are not of the kind that this page knows."
    unread = (
        "This can't be shown. 1/api/v1/loyalty-management/dashboard-widgets/{}/data/index.json {}."
    )
    absent = "is missing" if from_disk else "can't be read (HTTP 404)"
    assert reasons == [
        [unread.format(1, "isn't valid JSON")],
        *([unlike] for _ in BROKEN),
        *([] for _ in titles[len(BROKEN) + 1 : 19]),
        [unread.format(20, absent)],
        *([] for _ in titles[20:]),
    ]
    assert picture(page, "points_issued unasked") == "line"
    forgive(page, "TypeError", "404")


def test_a_widget_of_another_type_says_so(visit: Visiting, shops: Path, tmp_path: Path) -> None:
    export = copy_export(shops, tmp_path / "copy", only=SHOP)
    path = api_file(export, SHOP, "dashboard-widgets/index.json")
    widgets = read(path)
    kinds = ("__proto__", "constructor", {"toString": 1}, ["points_issued"], 7)
    for widget, kind in zip(widgets, kinds, strict=False):
        widget["widget_type"] = kind
    rewrite(path, widgets)
    page = visit(export)
    page.open("Widgets")
    assert page.page.locator(".failure").all_text_contents() == [
        "This can't be shown. This page doesn't know widgets of this type."
    ] * len(kinds)


@pytest.mark.parametrize("content", [b"<!doctype html>", {"__proto__": []}, [None]])
def test_a_broken_payload_is_told_where_its_figures_would_stand(
    visit: Visiting, shops: Path, tmp_path: Path, content: Any
) -> None:
    export = copy_export(shops, tmp_path / "copy", only=SHOP)
    for path in [path for paths in PAYLOADS.values() for path in paths]:
        rewrite(api_file(export, SHOP, path), content)
    page = visit(export)
    for section, paths in PAYLOADS.items():
        page.open(section)
        assert places_of_failures(page) == [place for places in paths.values() for place in places]
    figures = [figure for figure, *_ in page.table("April 2024")]
    assert "Points issued" in figures and not any("Clients in" in figure for figure in figures)
    forgive(page, "TypeError")


def test_broken_headline_figures_leave_the_trends(
    visit: Visiting, shops: Path, tmp_path: Path
) -> None:
    export = copy_export(shops, tmp_path / "copy", only=SHOP)
    rewrite(api_file(export, SHOP, "analytics/comparison/days=30.json"), b"")
    page = visit(export)
    expect(page.page.locator(".overview > .failure")).to_contain_text("isn't valid JSON")
    expect(page.page.locator(".lead")).to_have_count(1)
    assert page.page.locator("main canvas").count() == 4


def test_a_broken_list_is_told_where_its_section_would_stand(
    visit: Visiting, shops: Path, tmp_path: Path
) -> None:
    export = copy_export(shops, tmp_path / "copy", only=SHOP)
    for path in ("analytics/index.json", "dashboard-widgets/index.json"):
        rewrite(api_file(export, SHOP, path), b"")
    page = visit(export)
    assert page.page.locator(".tiles dt").count() == 10
    for section in ("Widgets", "Snapshots"):
        expect(page.open(section).locator(".cards > .failure")).to_have_count(1)
        assert page.page.locator("#menu a").count() == 9


def test_the_split_of_redeemed_points_may_be_missing_alone(
    visit: Visiting, shops: Path, tmp_path: Path
) -> None:
    export = copy_export(shops, tmp_path / "copy", only=SHOP)
    rewrite(api_file(export, SHOP, "analytics/conversion/days=30.json"), b"")
    page = visit(export)
    tile = page.page.locator(".tiles > div", has_text="Points redeemed, in all")
    expect(tile).to_contain_text("conversion/days=30.json isn't valid JSON.")


def test_without_the_chart_library_there_are_words_and_tables(
    visit: Visiting, shops: Path, tmp_path: Path
) -> None:
    export = copy_export(shops, tmp_path / "copy", only=SHOP)
    rewrite(export / "assets/chart.umd.min.js", b"")
    page = visit(export)
    expect(page.card("Points outstanding").locator(".failure")).to_be_visible()
    assert len(page.table("Points outstanding")) == 1 + 30
    forgive(page, "ReferenceError")


def places_of_failures(visit: Visit) -> list[str]:
    """The headings of what says that it can't be shown, from top to bottom."""
    places = visit.page.locator(".card", has=visit.page.locator("> .failure"))
    return places.locator("h3").all_text_contents()


def forgive(visit: Visit, *causes: str) -> None:
    """What a page can't show it also tells developers, in the browser's console."""
    visit.complaints[:] = [
        line for line in visit.complaints if not any(cause in line for cause in causes)
    ]
