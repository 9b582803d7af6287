"""Each widget shows the figures of its payload, in the chart that its config asks for."""

from pathlib import Path
from typing import Any

import pytest
from support.shops import CHARTS, EMPTY, HISTORY_DAYS, HOSTILE, OLD
from support.visits import Visit, Visiting, payload, picture

MILLISECONDS_TO_DRAW = """canvas => {
    const { config } = Chart.getChart(canvas);
    const start = performance.now();
    Chart.getChart(canvas).destroy();
    new Chart(canvas, config);
    return performance.now() - start;
}"""


@pytest.fixture(scope="module")
def widgets(shops: Path) -> dict[str, dict[str, Any]]:
    """The exported widgets with their data, by title."""
    listed = payload(shops, "dashboard-widgets/index.json")
    return {
        widget["title"]: payload(shops, f"dashboard-widgets/{widget['id']}/data/index.json")
        for widget in listed
    }


def widgets_of(visit: Visiting, export: Path, **options: Any) -> Visit:
    """A visit to the section of widgets."""
    page = visit(export, **options)
    page.open("Widgets")
    return page


@pytest.mark.parametrize("kind", CHARTS)
def test_a_widget_is_the_chart_that_its_config_asks_for(
    visit: Visiting, shops: Path, kind: str
) -> None:
    page = widgets_of(visit, shops)
    asked = {*CHARTS[kind], "table"}
    assert {chart: picture(page, f"{kind} as {chart}") for chart in asked} == {
        chart: chart for chart in asked
    }


def test_an_impossible_chart_and_unknown_keys_leave_the_usual_one(
    visit: Visiting, shops: Path
) -> None:
    page = widgets_of(visit, shops)
    usual = {kind: charts[0] for kind, charts in CHARTS.items()}
    assert {kind: picture(page, f"{kind} unasked") for kind in CHARTS} == usual


def test_widgets_stand_by_position_and_hidden_ones_nowhere(
    visit: Visiting, shops: Path, widgets: dict[str, Any]
) -> None:
    part = visit(shops).open("Widgets")
    assert part.locator("h3").all_text_contents() == list(widgets)
    assert "Hidden" not in widgets


def test_a_chart_draws_every_figure_of_its_payload(
    visit: Visiting, shops: Path, widgets: dict[str, Any]
) -> None:
    page = widgets_of(visit, shops)
    keys = {
        "points_issued as line": "issued",
        "redemptions_trend as bar": "redemptions",
        "tier_distribution as pie": "count",
        "top_redemptions as bar": "redemption_count",
    }
    for title, key in keys.items():
        canvas = page.card(title).locator("canvas")
        drawn = canvas.evaluate("canvas => Chart.getChart(canvas).data.datasets[0].data")
        figures = [point["y"] if isinstance(point, dict) else point for point in drawn]
        assert figures == [row[key] for row in widgets[title]["data"]], title


def test_the_table_of_a_chart_has_the_same_figures(
    visit: Visiting, shops: Path, widgets: dict[str, Any]
) -> None:
    page = widgets_of(visit, shops)

    heads, *rows = page.table("points_issued as line")
    assert heads == ["Date", "Points issued", "Points redeemed, in all", "Points outstanding"]
    data = widgets["points_issued as line"]["data"]
    assert [row[1:] for row in rows] == [
        [f"{row[key]:,}" for key in ("issued", "redeemed", "balance")] for row in data
    ]
    assert rows[-1][0] == "Apr 30, 2024"

    heads, *rows = page.table("tier_distribution as doughnut")
    assert rows == [
        [
            row["tier_name"],
            f"{row['threshold']:,}",
            f"{row['count']:,}",
            f"{row['percentage']:.2f}%",
        ]
        for row in widgets["tier_distribution as doughnut"]["data"]
    ]


def test_a_metric_shows_its_rate_and_its_table_the_rest(
    visit: Visiting, shops: Path, widgets: dict[str, Any]
) -> None:
    page = widgets_of(visit, shops)
    for kind, key in (
        ("engagement_rate", "engagement_rate"),
        ("conversion_rate", "conversion_rate"),
    ):
        data = widgets[f"{kind} as metric"]["data"]
        headline = page.card(f"{kind} as metric").locator(".headline strong")
        assert headline.text_content() == f"{data[key]:.2f}%"
    data = widgets["points_balance as metric"]["data"]
    assert page.table("points_balance as metric")[1:] == [
        ["Points outstanding", f"{data['total_points_balance']:,}"],
        ["Active clients", f"{data['active_clients']:,}"],
        ["Points per active client", f"{data['average_points_per_client']:,.2f}"],
    ]


def test_a_widget_keeps_its_own_days_and_limit_whatever_the_period(
    visit: Visiting, shops: Path
) -> None:
    page = widgets_of(visit, shops)
    for days in (30, 365):
        page.go(section="widgets", days=days)
        assert page.card("Two weeks").locator(".caption").text_content() == (
            "14 days, Apr 17 – 30, 2024"
        )
        assert len(page.table("Two weeks")) == 1 + 14
        assert len(page.table("One item")) == 1 + 1


def test_days_that_the_export_does_not_count_are_not_claimed(visit: Visiting, shops: Path) -> None:
    caption = widgets_of(visit, shops).card("Odd days").locator(".caption").text_content()
    assert caption == "30 days, Apr 1 – 30, 2024"


def test_a_widget_of_a_range_says_its_dates(visit: Visiting, shops: Path) -> None:
    page = visit(shops)
    captions = {
        "A week": "7 days, Jan 1 – 7, 2024",
        "Five days": "5 days, Mar 27 – 31, 2024",
        "Since then": "11 days, Apr 20 – 30, 2024",
        "Not yet": "Last 30 days, Apr 1 – 30, 2024",
    }
    for title, caption in captions.items():
        assert page.card(title).locator(".caption").text_content() == caption
    assert len(page.table("A week")) == 1 + 7


def test_ten_years_of_days_are_drawn_and_listed(visit: Visiting, shops: Path) -> None:
    page = widgets_of(visit, shops)
    page.go(website=OLD, section="widgets")
    for chart in ("line", "bar"):
        canvas = page.card(f"Ten years as {chart}").locator("canvas")
        assert canvas.evaluate(MILLISECONDS_TO_DRAW) < 500
    assert len(page.table("Ten years as line")) == 1 + HISTORY_DAYS


def test_a_website_without_anything_says_so(visit: Visiting, shops: Path) -> None:
    page = widgets_of(visit, shops)
    page.go(website=EMPTY, section="widgets")
    assert "This website shows no widgets." in page.page.inner_text("main")
    page.go(website=EMPTY)
    text = page.page.inner_text("main")
    for line in (
        "No redemptions in these 30 days.",
        "No points outstanding in these 30 days.",
        "No client had a transaction in these 30 days.",
    ):
        assert line in text


@pytest.mark.parametrize("from_disk", [False, True])
def test_names_are_text_and_never_markup(visit: Visiting, shops: Path, from_disk: bool) -> None:
    page = visit(shops, from_disk=from_disk)
    page.go(website=HOSTILE, section="widgets")
    listed = payload(shops, "dashboard-widgets/index.json", website=HOSTILE)
    titles = page.page.locator("h3").all_text_contents()
    assert set(titles) >= {widget["title"] for widget in listed}
    assert page.page.locator("main :is(img, script, b)").count() == 0
    assert page.page.title() == f"Widgets · {listed[0]['website_name']} · Loyalty Analytics"
    tiers = payload(shops, "analytics/tier_distribution/index.json", website=HOSTILE)
    drawn = page.page.locator("section.card:has(.legend)").first
    assert drawn.locator("li bdi").all_text_contents() == [tier["tier_name"] for tier in tiers]


def test_a_title_without_end_leaves_room_for_the_figures(visit: Visiting, shops: Path) -> None:
    page = visit(shops, viewport={"width": 390, "height": 800})
    page.go(website=HOSTILE, section="widgets")
    card = page.page.locator("section.card", has_text="no end no end")
    box = card.bounding_box()
    assert box is not None and box["height"] < 400
    assert card.locator(".headline strong").is_visible()


def test_every_website_of_a_dirty_source_is_shown_without_a_complaint(
    visit: Visiting, dirty: Path
) -> None:
    page = visit(dirty)
    for website in (1, 2, 3, 5, 8, 11, 900_719, 900_720, 27_983_085_677):
        page.go(website=website, section="widgets")
        listed = payload(dirty, "dashboard-widgets/index.json", website=website)
        assert page.page.locator("#part-widgets .card").count() == len(listed)
