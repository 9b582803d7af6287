"""The switches, the period's figures, snapshots, and one export at a time."""

import os
from pathlib import Path

import pytest
import simplejson
from playwright.sync_api import Route, expect
from support.commands import serving
from support.exports import api_file, copy_export, read, rewrite
from support.replay import Replay
from support.shops import EMPTY, HOSTILE, SHOP, write_shops
from support.visits import Visit, Visiting, payload


def test_the_headline_figures_are_those_of_the_period(visit: Visiting, shops: Path) -> None:
    page = visit(shops)
    for days in (7, 365):
        page.go(days=days)
        overview = payload(shops, f"analytics/overview/days={days}.json")
        stats = payload(shops, f"analytics/engagement_stats/days={days}.json")
        rows = payload(shops, f"analytics/comparison/days={days}.json")
        new_clients = next(row["value"] for row in rows if row["figure"] == "new_clients")
        terms = page.page.locator(".tiles dt").all_text_contents()
        figures = page.page.locator(".tiles dd:not([class])").all_text_contents()
        assert dict(zip(terms, figures, strict=True)) == {
            "Points outstanding": f"{overview['total_points_balance']:,}",
            "Points issued": f"{overview['total_points_issued']:,}",
            "Points redeemed, in all": f"{overview['total_points_redeemed']:,}",
            "Redemptions": f"{overview['total_redemptions']:,}",
            "Active clients": f"{overview['total_active_clients']:,}",
            "Clients with transactions": f"{stats['clients_with_transactions']:,}",
            "New clients": f"{new_clients:,.0f}",
            "Points per redemption": f"{overview['average_redemption_value']:,}",
            "Points per active client": f"{overview['average_points_per_client']:,}",
            "Client lifetime value, in points": f"{overview['client_lifetime_value']:,}",
        }


@pytest.mark.parametrize(
    ("redeemed", "rest"),
    [
        (350_000, "750 other"),
        (349_250, "0 other"),
        (349_249, "together 1 more than the ledger redeemed"),
    ],
)
def test_redeemed_points_are_split_by_what_they_went_to(
    visit: Visiting, shops: Path, tmp_path: Path, redeemed: int, rest: str
) -> None:
    export = copy_export(shops, tmp_path / "copy", only=SHOP)
    for name, figures in {
        "overview": {"total_points_redeemed": redeemed, "total_redemption_value": 25_750},
        "conversion": {"points_converted": 323_500},
    }.items():
        path = api_file(export, SHOP, f"analytics/{name}/days=30.json")
        rewrite(path, {**read(path), **figures})
    tile = visit(export).page.locator(".tiles > div", has_text="Points redeemed, in all")
    assert tile.locator(".note").all_text_contents() == [
        "25,750 spent on items",
        "323,500 converted to wallet credit",
        rest,
    ]


def test_the_address_tells_website_and_period_and_going_back_goes_back(
    visit: Visiting, shops: Path
) -> None:
    page = visit(shops)
    page.page.get_by_label("365 days").check()
    page.wait()
    assert page.page.url.endswith("#website=1&section=overview&days=365")
    page.page.get_by_label("Website").select_option("2")
    page.wait()
    assert page.page.url.endswith("#website=2&section=overview&days=365")
    assert page.page.title() == "Nothing here yet · Loyalty Analytics"
    page.page.go_back()
    page.wait()
    assert page.page.title() == "Shop · Loyalty Analytics"
    assert page.page.get_by_label("365 days").is_checked()


def test_an_address_that_names_no_place_shows_the_first_website(
    visit: Visiting, shops: Path
) -> None:
    page = visit(shops)
    page.page.goto(f"{page.address}#website=99&days=x&colour=red")
    page.wait()
    assert page.page.locator("h1").text_content() == "Shop"
    assert page.page.get_by_label("30 days").is_checked()


def test_the_heat_map_holds_every_hour_of_the_week(visit: Visiting, shops: Path) -> None:
    page = visit(shops)
    page.open("Rewards")
    cells = page.page.locator(".heat td[data-level]")
    patterns = payload(shops, "analytics/redemption_patterns/days=30.json")
    assert cells.all_text_contents() == [str(cell["redemptions"]) for cell in patterns]
    levels = cells.evaluate_all("cells => cells.map(cell => Number(cell.dataset.level))")
    highest = max(cell["redemptions"] for cell in patterns)
    assert levels == [-(-cell["redemptions"] * 5 // highest) for cell in patterns]


def test_categories_and_trends_list_the_payloads_of_the_period(
    visit: Visiting, shops: Path
) -> None:
    page = visit(shops)
    page.go(section="rewards", days=90)
    categories = payload(shops, "analytics/redemption_categories/days=90.json")
    assert page.table("Redemptions by category")[1:] == [
        [row["category"], str(row["redemptions"]), f"{row['points']:,}", f"{row['percentage']}%"]
        for row in categories
    ]
    page.go(section="overview", days=90)
    engagement = payload(shops, "analytics/engagement_trend/days=90.json")
    assert [row[-1] for row in page.table("Engagement")[1:]] == [
        f"{row['engagement_rate']}%" for row in engagement
    ]


def test_a_snapshot_stands_beside_the_period_before(visit: Visiting, shops: Path) -> None:
    page = visit(shops)
    page.open("Snapshots")
    records = {
        (record["date_from"], record["date_to"]): record
        for record in payload(shops, "analytics/index.json")
    }
    now, before = records["2024-04-01", "2024-04-30"], records["2024-03-01", "2024-03-31"]
    rows = {name: values for name, *values in page.table("April 2024")}
    assert rows["Figure"] == ["This period", "Period before", "Change"]
    for name, key in (
        ("Points issued", "total_points_issued"),
        ("Redemptions", "total_redemptions"),
    ):
        assert rows[name][:2] == [f"{now[key]:,}", f"{before[key]:,}"]
        assert rows[name][2].startswith(f"{now[key] - before[key]:+,} (")
    assert rows["Most popular item"] == ["$10 Discount Code", "$10 Discount Code", "–"]


def test_snapshots_can_be_chosen_by_kind_and_period(visit: Visiting, shops: Path) -> None:
    page = visit(shops)
    page.open("Snapshots")
    page.page.locator("select[name=snapshot]").select_option(label="February 2024")
    assert page.card("February 2024").locator(".caption").text_content() == (
        "Compared with January 2024"
    )
    page.page.get_by_role("radio", name="Weeks").check()
    assert page.card("Apr 22 – 28, 2024").locator(".caption").text_content() == (
        "Compared with Apr 15 – 21, 2024"
    )
    assert len(page.table("Every week")) > 50


@pytest.mark.parametrize(
    ("tiers", "counted", "uncounted"),
    [
        (("Bronze", "Silver", "Gold", "Platinum"), ["Bronze", "Silver", "Gold", "Platinum"], ""),
        (
            ("starter bronze", "BRONZE", "sILVER & Gold"),
            ["starter bronze, BRONZE", "sILVER & Gold", "sILVER & Gold"],
            "",
        ),
        (("Ruby", "VIP Gold", "<b>Diamond"), ["VIP Gold"], "Ruby, <b>Diamond"),
        ((), [], ""),
    ],
)
def test_snapshots_have_the_websites_own_tiers_and_name_those_that_they_do_not_count(
    visit: Visiting,
    shops: Path,
    tmp_path: Path,
    tiers: tuple[str, ...],
    counted: list[str],
    uncounted: str,
) -> None:
    export = copy_export(shops, tmp_path / "copy", only=SHOP)
    rows = [{"tier_name": name, "count": 3, "threshold": 0, "percentage": 50.0} for name in tiers]
    rewrite(api_file(export, SHOP, "analytics/tier_distribution/index.json"), rows)
    page = visit(export)
    page.open("Snapshots")
    figures = [figure for figure, *_ in page.table("April 2024")]
    assert [figure for figure in figures if figure.startswith("Clients in ")] == [
        f"Clients in {names}" for names in counted
    ]
    now = page.card("Clients by tier")
    assert now.count() == bool(uncounted)
    if uncounted:
        assert f"no figures for {uncounted}." in now.locator(".caption").text_content()
        assert [name for name, *_ in page.table("Clients by tier")[1:]] == list(tiers)


def test_quarantine_and_drift_are_told(visit: Visiting, dirty: Path) -> None:
    page = visit(dirty)
    manifest = simplejson.loads((dirty / "manifest.json").read_bytes())
    rows = sum(sum(reasons.values()) for reasons in manifest["quarantined"].values())
    page.open("Data")
    quarantine = page.card("Quarantine, of all websites")
    assert f"{rows:,} rows left out" in quarantine.locator(".caption").text_content()
    excluded = manifest["excluded_points"]
    assert excluded["loyalty_transactions"]
    assert page.table("Quarantine, of all websites")[1:] == [
        [entity, reason, f"{count:,}", "–" if points is None else f"{points:,}"]
        for entity, counts in manifest["quarantined"].items()
        for reason, count in counts.items()
        for points in [excluded.get(entity, {}).get(reason)]
    ]
    drift = manifest["drift"]
    checks = page.card("Checks, of all websites")
    expect(checks).to_contain_text(f"{drift['clients_drifted']:,} of {drift['clients_checked']:,}")
    warnings = page.card("Warnings").locator("li").all_text_contents()
    assert warnings == manifest["warnings"]


@pytest.mark.parametrize(
    ("emptied", "told"),
    [
        (("loyalty_transactions", "redemption_requests", "wallet_conversions"), "No events yet"),
        (("*",), "There are no websites yet."),
    ],
)
def test_a_programme_that_has_not_begun_is_shown(
    visit: Visiting, replay: Replay, tmp_path: Path, emptied: tuple[str, ...], told: str
) -> None:
    source = tmp_path / "source"
    write_shops(source)
    for entity in emptied:
        for path in source.glob(f"{entity}.jsonl"):
            path.write_text("")
    page = visit(replay.export(source, tmp_path).version)
    assert told in page.page.inner_text("main")


def test_from_disk_it_shows_just_what_it_shows_over_http(visit: Visiting, shops: Path) -> None:
    places = (
        {},
        {"website": EMPTY},
        {"website": HOSTILE, "days": 7},
        {"website": SHOP, "days": 365},
    )
    over_http, from_disk = visit(shops), visit(shops, from_disk=True)
    for place in places:
        over_http.go(**place)
        from_disk.go(**place)
        assert from_disk.page.inner_text("body") == over_http.page.inner_text("body"), place


def test_loyalty_serve_shows_just_what_a_static_server_shows(visit: Visiting, shops: Path) -> None:
    by_loyalty = visit(shops, server=lambda export: serving(export.parents[2]))
    by_static = visit(shops)
    for page in (by_loyalty, by_static):
        page.go(website=SHOP, days=90)
    assert by_loyalty.page.inner_text("body") == by_static.page.inner_text("body")


def test_an_export_that_is_switched_meanwhile_is_read_anew(
    visit: Visiting, shops: Path, dirty: Path, tmp_path: Path
) -> None:
    current = tmp_path / "current"
    _point(current, shops)
    page = visit(current)

    def switch(route: Route) -> None:
        _point(current, dirty)
        route.continue_()

    page.page.route("**/1/**/analytics/overview/days=30.json", switch, times=1)
    page.page.reload()
    page.wait()
    assert current.resolve() == dirty
    overview = payload(dirty, "analytics/overview/days=30.json")
    first = page.page.locator(".tiles dd").first
    assert first.text_content() == f"{overview['total_points_balance']:,}"
    websites = simplejson.loads((dirty / "websites.json").read_bytes())
    assert page.page.locator("h1").text_content() == websites[0]["name"]
    _forgive_missing_files(page)


def test_a_page_left_open_shows_the_new_export_when_it_is_seen_again(
    visit: Visiting, shops: Path, dirty: Path, tmp_path: Path
) -> None:
    current = tmp_path / "current"
    _point(current, shops)
    page = visit(current)
    _point(current, dirty)
    page.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    websites = simplejson.loads((dirty / "websites.json").read_bytes())
    page.page.wait_for_function(
        "name => document.querySelector('h1').textContent === name", arg=websites[0]["name"]
    )


def _point(link: Path, target: Path) -> None:
    """Switch a link in one step, as an export is switched."""
    following = link.with_name("following")
    following.symlink_to(target)
    following.replace(link)


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("websites.json", b"[", "websites.json isn't valid JSON."),
        ("websites.json", None, "websites.json can't be read (HTTP 404)."),
        ("manifest.json", b"{}", "not of the kind that this page knows."),
    ],
)
def test_an_export_that_cannot_be_read_is_told_and_can_be_tried_again(
    visit: Visiting, shops: Path, tmp_path: Path, name: str, content: bytes | None, told: str
) -> None:
    export = copy_export(shops, tmp_path / "copy", only=SHOP)
    whole = (export / name).read_bytes()
    (export / name).unlink()
    if content is not None:
        (export / name).write_bytes(content)
        os.utime(export / name, (0, 0))  # servers tell versions of a file apart by its second
    page = visit(export)
    alert = page.page.get_by_role("alert")
    assert told in alert.text_content()
    (export / name).write_bytes(whole)
    alert.get_by_role("button").click()
    page.page.wait_for_selector(".tiles")
    page.complaints.clear()


def _forgive_missing_files(visit: Visit) -> None:
    """Files of an export that is gone are asked for in vain, which the browser notes."""
    visit.complaints[:] = [line for line in visit.complaints if "404" not in line]
