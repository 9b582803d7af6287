"""All websites together on the page: what adds up is shown, the rest is explained."""

from pathlib import Path

import pytest
from playwright.sync_api import expect
from support.exports import copy_export, read, rewrite, rewrite_page
from support.shops import ATTACKS, EMPTY, HOSTILE, SHOP
from support.visits import Visit, Visiting, payload

CARDS = ["Points outstanding", "Points issued and redeemed", "Redemptions", "Engagement"]


def options(page: Visit) -> list[tuple[str, str]]:
    """The values and words of the switch of websites."""
    return page.page.get_by_label("Website").evaluate(
        "select => [...select.options].map(option => [option.value, option.text])"
    )


@pytest.mark.parametrize("from_disk", [False, True])
def test_what_adds_up_is_shown_of_all_websites(
    visit: Visiting, shops: Path, from_disk: bool
) -> None:
    page = visit(shops, from_disk=from_disk)
    page.page.get_by_label("Website").select_option("all")
    expect(page.page.locator("h1")).to_have_text("All websites")
    page.wait()
    assert page.page.url.endswith("#website=all&section=overview&days=30")
    assert page.page.locator("h3").all_text_contents() == CARDS
    assert page.page.locator(".failure").count() == 0

    page.go(website="all", days=90)
    overview = payload(shops, "analytics/overview/days=90.json", "all")
    terms = page.page.locator(".tiles dt").all_text_contents()
    figures = page.page.locator(".tiles dd:not([class])").all_text_contents()
    shown = dict(zip(terms, figures, strict=True))
    assert {
        "Points outstanding": f"{overview['total_points_balance']:,}",
        "Points issued": f"{overview['total_points_issued']:,}",
        "Points redeemed, in all": f"{overview['total_points_redeemed']:,}",
        "Redemptions": f"{overview['total_redemptions']:,}",
        "Active clients": f"{overview['total_active_clients']:,}",
        "Points per redemption": f"{overview['average_redemption_value']:,}",
        "Points per active client": f"{overview['average_points_per_client']:,}",
        "Client lifetime value, in points": f"{overview['client_lifetime_value']:,}",
    }.items() <= shown.items()
    (lead,) = page.page.locator(".lead").all_text_contents()
    assert lead == payload(shops, "analytics/headlines/days=90.json", "all")[0]["sentence"]
    trend = payload(shops, "analytics/points_trend/days=90.json", "all")
    assert [cells[1] for cells in page.table("Points outstanding")[1:]] == [
        f"{row['balance']:,}" for row in trend
    ]
    redemptions = payload(shops, "analytics/redemption_trend/days=90.json", "all")
    assert [cells[1] for cells in page.table("Redemptions")[1:]] == [
        f"{row['redemptions']:,}" for row in redemptions
    ]
    engagement = payload(shops, "analytics/engagement_stats/days=90.json", "all")
    assert page.table("Engagement")[1] == [
        "Engagement rate, of all clients",
        f"{engagement['engagement_rate']}%",
    ]
    totals = read(shops / "manifest.json")["totals"].values()
    page.open("Data")
    transactions = page.page.locator("dl div", has_text="Transactions of all websites")
    assert transactions.locator("dd").text_content() == (
        f"{sum(each['transactions'] for each in totals):,}"
    )


@pytest.mark.parametrize("from_disk", [False, True])
def test_hostile_names_stand_beside_all_websites_as_they_are(
    visit: Visiting, shops: Path, tmp_path: Path, from_disk: bool
) -> None:
    export = copy_export(shops, tmp_path / "copy")
    names = {SHOP: "all", EMPTY: "All websites", HOSTILE: ATTACKS[1], 4: '"><option value="all">'}
    rewrite(
        export / "websites.json",
        [website | {"name": names[website["id"]]} for website in read(export / "websites.json")],
    )
    rewrite_page(export)
    page = visit(export, from_disk=from_disk)
    assert page.page.locator("h1").text_content() == "all"
    assert options(page) == [
        ["all", "All websites"],
        *([str(number), name] for number, name in names.items()),
    ]
    page.page.get_by_label("Website").select_option(str(EMPTY))
    page.page.wait_for_url(f"**#website={EMPTY}&section=overview&days=30")
    page.wait()
    assert page.page.locator("h1").text_content() == "All websites"
    assert page.page.locator(".empty").count() > 0
    page.page.get_by_label("Website").select_option("all")
    page.page.wait_for_url("**#website=all&section=overview&days=30")
    page.wait()
    assert page.page.locator("h1").text_content() == "All websites"
    assert page.page.locator(".empty").count() == 0


def test_one_website_is_not_offered_as_all(visit: Visiting, shops: Path, tmp_path: Path) -> None:
    export = copy_export(shops, tmp_path / "copy", only=SHOP)
    rewrite_page(export)
    page = visit(export)
    assert page.page.get_by_label("Website").count() == 0
    page.go(website="all")
    assert page.page.locator("h1").text_content() == "Shop"
