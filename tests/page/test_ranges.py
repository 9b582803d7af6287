"""Any range of dates where the page comes from `loyalty serve`, and what it says where not."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect
from support.commands import serving
from support.shops import AS_OF, SHOP
from support.visits import API, Visit, Visiting, payload

FROM, TO = "2024-02-10", "2024-03-05"
IN_WORDS = "Feb 10 – Mar 5, 2024"
RANGE = {"website": SHOP, "from": FROM, "to": TO}


@pytest.fixture
def served(visit: Visiting, shops: Path) -> Iterator[Visit]:
    """The page as `loyalty serve` answers it."""
    yield visit(shops, server=lambda export: serving(export.parents[2]))


def asked_by(page: Visit) -> list[str]:
    """What the page asks for from now on."""
    asked: list[str] = []
    page.page.on("request", lambda request: asked.append(request.url.removeprefix(page.address)))
    return asked


def of_range(name: str) -> str:
    return f"{API}/analytics/{name}/?website=1&date_from={FROM}&date_to={TO}"


def test_two_dates_are_chosen_and_everything_with_a_period_is_read_of_them(served: Visit) -> None:
    asked = asked_by(served)
    served.page.locator(".range summary").click()
    for label, value in (("From", FROM), ("To", TO)):
        served.page.get_by_label(label, exact=True).fill(value)
    served.page.keyboard.press("Enter")
    served.page.wait_for_url(f"**#website=1&section=overview&from={FROM}&to={TO}")
    served.wait()
    names = ("overview", "conversion", "points_trend", "redemption_trend", "engagement_trend")
    assert {path for path in asked if "/analytics/" in path} >= {of_range(name) for name in names}
    summary = served.page.locator(".range summary")
    expect(summary).to_have_text(IN_WORDS)
    expect(summary).to_be_focused()
    assert served.page.locator("input[name=period]:checked").count() == 0
    dates = [row[0] for row in served.table("Points outstanding")[1:]]
    assert (dates[0], dates[-1], len(dates)) == ("Feb 10, 2024", "Mar 5, 2024", 25)
    caption = served.card("Redemptions").locator(".caption")
    assert caption.text_content() == f"25 days, {IN_WORDS}"
    assert served.page.locator("#status").text_content() == f"Shop: Overview, {IN_WORDS}"


def test_a_range_goes_along_to_other_sections_and_back_to_days(served: Visit) -> None:
    served.go(**RANGE)
    served.open("Rewards")
    assert served.page.url.endswith(f"#website=1&section=rewards&from={FROM}&to={TO}")
    assert IN_WORDS in served.card("Requests by status").locator(".caption").text_content()
    assert IN_WORDS not in served.card("Redemptions of items").locator(".caption").text_content()
    assert served.page.locator(".failure").count() == 0
    served.open("Forecast")
    assert "whatever the range" in served.page.locator(".part > header").text_content()
    assert served.page.locator(".failure").count() == 0
    served.page.get_by_label("90 days").check()
    served.page.wait_for_url("**#website=1&section=forecast&days=90")


def test_all_websites_together_have_ranges_too(served: Visit) -> None:
    served.go(**RANGE | {"website": "all"})
    assert len(served.table("Points outstanding")) == 1 + 25
    assert served.page.locator(".failure").count() == 0


@pytest.mark.parametrize(
    ("first", "last", "told"),
    [
        ("2024-03-05", "2024-02-10", "ends on the date that it begins on, or later"),
        ("2024-03-05", "2024-05-01", "The last day counted is Apr 30, 2024."),
        ("1969-12-31", "1970-01-01", "The first date that counts is Jan 1, 1970."),
        ("2001-01-01", "2024-01-01", "A range has at most 3,660 days."),
        ("soon", "<b>2024-01-01", "A range is two dates."),
    ],
)
def test_an_address_of_no_range_shows_days_and_says_why(
    served: Visit, first: str, last: str, told: str
) -> None:
    served.go(website=SHOP, **{"from": first, "to": last})
    expect(served.page.locator(".part > header")).to_contain_text(told)
    assert served.page.get_by_label("30 days").is_checked()
    assert served.page.locator(".failure").count() == 0


def test_what_is_no_range_is_told_where_it_is_chosen(served: Visit) -> None:
    served.page.locator(".range summary").click()
    dates = served.page.locator(".range input")
    assert [each.input_value() for each in dates.all()] == ["2024-04-01", "2024-04-30"]
    assert {each.get_attribute("max") for each in dates.all()} == {AS_OF.isoformat()}
    dates.nth(0).fill("2024-04-09")
    dates.nth(1).fill("2024-04-08")
    served.page.get_by_role("button", name="Show").click()
    expect(served.page.locator(".range [role=alert]")).to_contain_text("or later")
    assert "from=" not in served.page.url


def test_restated_figures_are_told_where_the_history_of_runs_is_known(served: Visit) -> None:
    served.open("Data")
    expect(served.card("Restated figures")).to_contain_text("No published figure has changed")


@pytest.mark.parametrize("from_disk", [False, True])
def test_files_have_no_ranges_and_the_page_says_so_without_asking_for_any(
    visit: Visiting, shops: Path, from_disk: bool
) -> None:
    page = visit(shops, from_disk=from_disk)
    asked = asked_by(page)
    page.page.locator(".range summary").click()
    expect(page.page.locator(".range .panel")).to_contain_text("from “loyalty serve”")
    assert page.page.locator("input[type=date]").count() == 0
    page.go(**RANGE)
    expect(page.page.locator(".part > header")).to_contain_text("from “loyalty serve”")
    overview = payload(shops, "analytics/overview/days=30.json")
    first = page.page.locator(".tiles dd").first
    assert first.text_content() == f"{overview['total_points_balance']:,}"
    page.open("Data")
    expect(page.card("Restated figures")).to_contain_text("from “loyalty serve”")
    assert not any("?" in path for path in asked)
