"""How one goes from section to section, and what each reads when one comes to it."""

from pathlib import Path

from playwright.sync_api import expect
from support.shops import OLD
from support.visits import Visit, Visiting, payload

OVERVIEW = (
    *("headlines", "comparison", "overview", "conversion"),
    *("points_trend", "redemption_trend", "engagement_trend"),
)
"""The endpoints of the section that the page begins with."""
FILES = {
    "Clients": (
        "segments/index",
        "lifecycle/index",
        "engagement_stats/days=30",
        "tier_distribution/index",
        "lifecycle_moves/index",
        "tier_migration/index",
        "cohorts/index",
        "first_redemption/index",
    ),
    "Rewards": (
        "item_performance/index",
        "top_redemptions/limit=10",
        "redemption_categories/days=30",
        "redemption_patterns/days=30",
        "request_funnel/days=30",
    ),
    "Points": (
        "liability/index",
        "programme_value/days=30",
        "roll_forward/index",
        "aging/index",
        "redemption_curve/index",
        "liability_backtest/index",
        "issue_sources/days=30",
        "conversion/days=30",
    ),
    "Forecast": (
        "forecast/days=90",
        "forecast_accuracy/index",
        "points_trend/days=30",
        "redemption_trend/days=30",
        "item_performance/index",
    ),
    "Campaigns": ("campaigns/index",),
    "Snapshots": ("index", "tier_distribution/index"),
    "Widgets": (),
    "Data": (),
}
"""What each section but the first one reads of a website's analytics."""
SCRIPTS = {
    "Clients": {"pictures.js", "clients.js"},
    "Rewards": {"patterns.js", "rewards.js"},
    "Points": {"points.js"},
    "Forecast": {"forecast.js"},
    "Campaigns": {"campaigns.js"},
    "Snapshots": {"snapshots.js"},
    "Widgets": set(),
    "Data": {"data.js"},
}
"""The scripts that it reads beside those of the sections before it."""


def test_a_section_reads_its_scripts_and_files_when_it_is_opened_and_not_before(
    visit: Visiting, shops: Path
) -> None:
    page = visit(shops)
    asked: list[str] = []
    page.page.on("request", lambda request: asked.append(request.url.partition("#")[0]))
    page.page.reload()
    page.wait()
    assert analytics(page, asked) == {f"{name}/days=30" for name in OVERVIEW}
    assert not any("dashboard-widgets" in url for url in asked)
    for title, files in FILES.items():
        assert not scripts(asked) & SCRIPTS[title]
        asked.clear()
        page.open(title)
        assert analytics(page, asked) == set(files)
        assert scripts(asked) == SCRIPTS[title]
        assert any("dashboard-widgets" in url for url in asked) is (title == "Widgets")
        assert page.page.locator(".failure").count() == 0
    asked.clear()
    page.open("Points")
    assert scripts(asked) == set()


def analytics(page: Visit, asked: list[str]) -> set[str]:
    """The files of the shop's analytics among what was asked for."""
    root = f"{page.address}1/api/v1/loyalty-management/analytics/"
    return {url.removeprefix(root).removesuffix(".json") for url in asked if "/analytics/" in url}


def scripts(asked: list[str]) -> set[str]:
    """The scripts among what was asked for."""
    return {url.rpartition("/")[2] for url in asked if url.endswith(".js")}


def test_the_menu_names_all_sections_and_where_one_is(visit: Visiting, shops: Path) -> None:
    page = visit(shops)
    links = page.page.locator("#menu a")
    assert links.all_text_contents() == ["Overview", *FILES]
    for title in FILES:
        part = page.open(title)
        assert part.locator("h2").all_text_contents() == [title]
        expect(part.locator("h2")).to_be_focused()
        assert part.locator(".question").text_content().endswith("?")
        current = page.page.locator("#menu [aria-current=page]")
        assert current.all_text_contents() == [title]
        assert page.page.title() == f"{title} · Shop · Loyalty Analytics"
        assert page.page.url.endswith(f"#website=1&section={title.lower()}&days=30")


def test_a_link_to_a_section_opens_it_with_website_and_period(visit: Visiting, shops: Path) -> None:
    page = visit(shops)
    page.page.goto("about:blank")
    page.go(website=OLD, section="rewards", days=90)
    assert page.page.title() == "Rewards · Ten years old · Loyalty Analytics"
    assert page.page.get_by_label("90 days").is_checked()
    assert page.page.evaluate("document.activeElement === document.body")
    for nowhere in ("colour", "__proto__", "constructor", ""):
        page.go(website=OLD, section=nowhere)
        assert page.page.title() == "Ten years old · Loyalty Analytics"


def test_website_and_period_change_and_the_section_stays(visit: Visiting, shops: Path) -> None:
    page = visit(shops)
    page.open("Rewards")
    page.page.get_by_label("365 days").check()
    page.wait()
    expect(page.page.get_by_label("365 days")).to_be_focused()
    assert page.page.url.endswith("#website=1&section=rewards&days=365")
    funnel = payload(shops, "analytics/request_funnel/days=365.json")
    assert page.table("Requests by status")[-1] == ["All", f"{funnel['requests']:,}"]
    page.page.get_by_label("Website").select_option(str(OLD))
    page.page.wait_for_url("**#website=4&section=rewards&days=365")
    page.wait()
    assert page.page.title() == "Rewards · Ten years old · Loyalty Analytics"


def test_going_back_leads_to_the_section_and_the_place_in_it(visit: Visiting, shops: Path) -> None:
    page = visit(shops, viewport={"width": 900, "height": 600})
    page.open("Points")
    page.page.evaluate("scrollTo(0, 700)")
    page.page.wait_for_function("() => history.state?.top === 700")
    page.open("Data")
    assert page.page.evaluate("scrollY") < 700
    page.page.go_back()
    page.page.wait_for_selector("main[aria-busy=false] #part-points")
    expect(page.page.locator("h2")).to_be_focused()
    page.page.wait_for_function("() => scrollY === 700")
    page.page.go_back()
    page.page.wait_for_selector("main[aria-busy=false] #part-overview")
    page.page.go_forward()
    page.page.wait_for_selector("main[aria-busy=false] #part-points")
    page.page.wait_for_function("() => scrollY === 700")


def test_all_sections_are_walked_through_by_the_keyboard(visit: Visiting, shops: Path) -> None:
    page = visit(shops)
    keyboard = page.page.keyboard
    focused = page.page.locator(":focus")
    for title in FILES:
        page.page.locator(".brand").click()
        for _ in range(30):
            keyboard.press("Tab")
            if focused.text_content() == title and focused.evaluate("each => each.href"):
                break
        keyboard.press("Enter")
        page.page.wait_for_selector(f"main[aria-busy=false] #part-{title.lower()}")
        expect(page.page.locator("h2")).to_be_focused()
        assert page.page.locator("#status").text_content() == f"Shop: {title}, 30 days"
        keyboard.press("Tab")
        inside = "document.querySelector('main').contains(document.activeElement)"
        has_controls = page.page.locator("main :is(button, input, [tabindex='0'])").count()
        assert page.page.evaluate(inside) is (has_controls > 0)


def test_the_skip_link_leads_to_the_figures_and_keeps_the_place(
    visit: Visiting, shops: Path
) -> None:
    page = visit(shops)
    page.go(website=OLD, section="points", days=90)
    page.page.locator(".skip").focus()
    page.page.keyboard.press("Enter")
    expect(page.page.locator("main")).to_be_focused()
    assert page.page.url.endswith("#website=4&section=points&days=90")
