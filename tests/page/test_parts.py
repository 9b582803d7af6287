"""The parts that are closed at first: what they read, when, and that they show just that."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, expect
from support.exports import api_file, copy_export, read, rewrite, rewrite_page
from support.shops import ATTACKS, EMPTY, OLD, SHOP
from support.visits import Visit, Visiting, payload

FILES = {
    "Clients": (
        "segments/index",
        "lifecycle/index",
        "lifecycle_moves/index",
        "tier_migration/index",
        "cohorts/index",
        "first_redemption/index",
    ),
    "Points": (
        "liability/index",
        "programme_value/days=30",
        "roll_forward/index",
        "aging/index",
        "redemption_curve/index",
        "liability_backtest/index",
        "issue_sources/days=30",
    ),
    "Rewards": ("item_performance/index", "request_funnel/days=30"),
    "Forecast": (
        "forecast/days=90",
        "forecast_accuracy/index",
        "points_trend/days=30",
        "redemption_trend/days=30",
        "item_performance/index",
    ),
    "Campaigns": ("campaigns/index",),
}
"""What each part reads of a website."""

LISTS = {
    "Segments": (
        "segments/index",
        (
            "clients",
            "percentage",
            "clients_before",
            "points_balance",
            "points_issued",
            "redemptions",
        ),
    ),
    "Lifecycle": ("lifecycle/index", ("clients", "percentage", "clients_before", "points_balance")),
    "Moves in the lifecycle": ("lifecycle_moves/index", ("clients",)),
    "Moves between tiers": ("tier_migration/index", ("clients",)),
    "Cohorts": (
        "cohorts/index",
        ("months_since", "clients", "active_clients", "redeeming_clients", "retention_rate"),
    ),
    "Roll-forward of points": (
        "roll_forward/index",
        ("opening", "issued", "refunded", "redeemed", "deducted", "closing"),
    ),
    "Age of the points outstanding": (
        "aging/index",
        ("issued", "redeemed", "deducted", "outstanding", "expected_redeemed"),
    ),
    "Redemption curve": (
        "redemption_curve/index",
        ("points_at_risk", "redeemed", "deducted", "redeemed_rate"),
    ),
    "Expected and actual redemptions": (
        "liability_backtest/index",
        ("expected", "actual", "error_percentage"),
    ),
    "Reasons of issue": ("issue_sources/days=30", ("points", "transactions")),
    "Who can afford an item": (
        "item_performance/index",
        ("points_required", "clients_who_can_afford", "affordable_rate"),
    ),
}
"""The keys of a payload's rows that are the last columns of a card's table."""

UNKNOWN = {None, "not known", "nothing redeemed"}


def written(value: int | Decimal | None) -> str | None:
    """A figure as the page writes it in English: rates have decimals."""
    if value is None:
        return None
    return f"{value:,.2f}%" if isinstance(value, Decimal) else f"{value:,}"


def figures(place: Locator) -> dict[str, str]:
    """The names of a place's figures and what they are."""
    terms = place.locator("dt").all_text_contents()
    return dict(zip(terms, place.locator("dd:not(.note)").all_text_contents(), strict=True))


def test_a_part_reads_its_files_when_it_is_opened_by_the_keyboard_and_not_before(
    visit: Visiting, shops: Path
) -> None:
    page = visit(shops)
    asked: list[str] = []
    page.page.on("request", lambda request: asked.append(request.url.partition("#")[0]))
    page.page.reload()
    page.wait()
    for title, files in FILES.items():
        script = f"assets/{title.lower()}.js"
        assert not any(script in url for url in asked)
        opener = page.page.get_by_role("button", name=title, exact=True)
        expect(opener).to_have_attribute("aria-expanded", "false")
        asked.clear()
        opener.press("Enter")
        page.page.wait_for_selector(f"#part-{title.lower()}[aria-busy=false]")
        expect(opener).to_have_attribute("aria-expanded", "true")
        expect(opener).to_be_focused()
        api = f"{page.address}1/api/v1/loyalty-management/analytics/"
        assert {url.removeprefix(api) for url in asked if "/analytics/" in url} == {
            f"{file}.json" for file in files
        }
        assert [url for url in asked if url.endswith(script)]
        asked.clear()
        for is_open in (False, True):
            opener.press("Space")
            panel = page.page.locator(f"#{opener.get_attribute('aria-controls')}")
            expect(panel).to_be_visible(visible=is_open)
        assert asked == []
    assert page.page.locator(".failure").count() == 0


@pytest.mark.parametrize("website", [SHOP, OLD])
def test_the_tables_of_the_parts_have_the_figures_of_their_payloads(
    visit: Visiting, shops: Path, website: int
) -> None:
    page = visit(shops)
    page.go(website=website)
    page.open(*FILES)
    for title, (file, keys) in LISTS.items():
        rows = payload(shops, f"analytics/{file}.json", website)
        if not rows:
            assert page.card(title).locator(".empty").is_visible(), title
            continue
        shown = [
            [None if cell in UNKNOWN else cell for cell in cells[-len(keys) :]]
            for cells in page.table(title)[1:]
        ]
        assert shown == [[written(row[key]) for key in keys] for row in rows], title


def test_moves_and_cohorts_stand_in_a_grid(visit: Visiting, shops: Path) -> None:
    page = visit(shops)
    page.open("Clients")
    states = payload(shops, "analytics/lifecycle_moves/index.json")
    tiers = payload(shops, "analytics/tier_migration/index.json")
    latest = [row for row in tiers if row["month"] == tiers[-1]["month"]]
    for title, moves in (("Moves in the lifecycle", states), ("Moves between tiers", latest)):
        cells = page.card(title).locator("td.number").all_text_contents()
        counted = [int(cell.replace(",", "")) for cell in cells if cell not in ("0", "–")]
        assert counted == [row["clients"] for row in moves], title
    cohorts = payload(shops, "analytics/cohorts/index.json")
    cells = page.card("Cohorts").locator("td[data-level]")
    assert len(cohorts) == cells.count()
    for cell, row in zip(cells.all(), cohorts, strict=True):
        assert f"{row['retention_rate']}%, {row['active_clients']} of" in cell.get_attribute(
            "title"
        )


def test_single_figures_are_those_of_their_payloads(visit: Visiting, shops: Path) -> None:
    page = visit(shops)
    page.go(days=365)
    page.open(*FILES)
    liability = payload(shops, "analytics/liability/index.json")
    assert figures(page.card("Liability")) == {
        "Points held": f"{liability['points_held']:,}",
        "Expected to be redeemed": f"{liability['points_expected']:,}",
        "Breakage": f"{liability['breakage_rate']}%",
        "Value of a point": f"{float(liability['point_value'])}",
        "Liability": f"{liability['liability_amount']:,}",
        "If all are redeemed": f"{liability['liability_if_all_redeemed']:,}",
    }
    first = payload(shops, "analytics/first_redemption/index.json")
    card = page.card("First redemption")
    assert card.locator("strong").text_content() == f"{first['median_days']:,} days"
    assert figures(card)["After 30 days"] == f"{first['after_30_days']}%"
    funnel = payload(shops, "analytics/request_funnel/days=365.json")
    assert dict(page.table("Requests by status")[1:]) == {
        name: f"{funnel[name.lower()]:,}"
        for name in ("Pending", "Approved", "Fulfilled", "Rejected", "Cancelled")
    } | {"All": f"{funnel['requests']:,}"}
    answers = page.card("How requests are answered")
    assert answers.locator("strong").text_content() == f"{funnel['rejection_rate']}%"
    items = payload(shops, "analytics/item_performance/index.json")
    assert [row[4:8] for row in page.table("Redemptions of items")[1:]] == [
        [
            f"{row[f'{key}']:,}"
            for key in ("redemptions_30", "redemptions_90", "redemptions_365", "clients_365")
        ]
        for row in items
    ]


def test_an_open_part_stays_open_and_changes_with_period_and_website(
    visit: Visiting, shops: Path
) -> None:
    page = visit(shops)
    page.open("Rewards", "Points")
    for place in ({"days": 365}, {"website": OLD, "days": 7}):
        page.go(**place)
        expect(page.page.get_by_role("button", name="Rewards", exact=True)).to_have_attribute(
            "aria-expanded", "true"
        )
        days = place["days"]
        funnel = payload(
            shops, f"analytics/request_funnel/days={days}.json", place.get("website", SHOP)
        )
        expect(page.card("Requests by status").locator(".caption")).to_contain_text(f"{days} days")
        if funnel["requests"]:
            assert page.table("Requests by status")[-1] == ["All", f"{funnel['requests']:,}"]
    page.page.get_by_role("button", name="Points", exact=True).click()
    page.go(days=30)
    assert page.card("Liability").count() == 0


@pytest.mark.parametrize("from_disk", [False, True])
def test_names_are_text_in_the_parts_too(
    visit: Visiting, shops: Path, tmp_path: Path, from_disk: bool
) -> None:
    export = copy_export(shops, tmp_path / "copy", only=SHOP)
    first, *_ = read(api_file(export, SHOP, "analytics/item_performance/index.json"))
    rewrite(
        api_file(export, SHOP, "analytics/item_performance/index.json"),
        [
            first | {"id": number, "name": name, "category": name, "last_redeemed": None}
            for number, name in enumerate(ATTACKS)
        ],
    )
    reasons = [*ATTACKS, None, " ", "none"]
    rewrite(
        api_file(export, SHOP, "analytics/issue_sources/days=30.json"),
        [{"reason": reason, "points": 9, "transactions": 1} for reason in reasons],
    )
    ids = [2**53 + at for at in range(len(ATTACKS))]
    rewrite(
        api_file(export, SHOP, "analytics/tier_migration/index.json"),
        [
            {
                "month": "2024-04-01",
                "from_tier_id": ids[at],
                "from_tier": name,
                "to_tier_id": ids[-1 - at],
                "to_tier": ATTACKS[-1 - at],
                "clients": at + 1,
            }
            for at, name in enumerate(ATTACKS)
        ],
    )
    rewrite_page(export)
    page = visit(export, from_disk=from_disk)
    page.open(*FILES)
    tiers = page.card("Moves between tiers")
    for scope in ("row", "col"):
        assert tiers.locator(f"th[scope={scope}]").all_text_contents() == list(ATTACKS)
    assert [row[0] for row in page.table("Reasons of issue")[1:]] == [
        *ATTACKS,
        "no reason given",
        "“ ”",
        "none",
    ]
    assert [row[:2] for row in page.table("Never redeemed")[1:]] == [[n, n] for n in ATTACKS]
    assert page.page.locator("main :is(img, script, b)").count() == 0
    assert page.page.title() == "Shop · Loyalty Analytics"


def test_a_website_without_anything_says_so_in_every_card(visit: Visiting, shops: Path) -> None:
    page = visit(shops)
    page.go(website=EMPTY)
    page.open(*FILES)
    cards = page.page.locator(".closed-part .card")
    assert cards.count() == 25
    said = {
        card.locator("h3").text_content(): card.locator(".empty, .picture > p").all_text_contents()
        for card in cards.all()
    }
    assert all(len(sentences) == 1 for sentences in said.values()), said
    assert page.page.locator(".closed-part canvas").count() == 0


NOT_KNOWN = {
    "points_expected": None,
    "breakage_rate": None,
    "ultimate_redemption_rate": None,
    "liability_amount": None,
}


@pytest.mark.parametrize(
    ("status", "nulls", "sentence"),
    [
        ("short_history", NOT_KNOWN, "The history is too short"),
        (
            "no_point_value",
            {"point_value": None, "liability_amount": None, "liability_if_all_redeemed": None},
            "What a point is worth isn't known",
        ),
        ("unheard of", {}, "This page doesn't know a liability of this status."),
    ],
)
def test_what_cannot_be_known_is_said(
    visit: Visiting,
    shops: Path,
    tmp_path: Path,
    status: str,
    nulls: dict[str, Any],
    sentence: str,
) -> None:
    export = copy_export(shops, tmp_path / "copy", only=SHOP)
    for name, fields in {
        "liability": {"status": status, **nulls},
        "first_redemption": dict.fromkeys(
            ("median_days", "after_30_days", "after_90_days", "after_365_days")
        ),
        "aging": {"expected_redeemed": nulls.get("points_expected", 1)},
        "request_funnel": {
            f"median_hours_to_{name}": None for name in ("approval", "fulfilment", "rejection")
        },
    }.items():
        file = "days=30" if name == "request_funnel" else "index"
        path = api_file(export, SHOP, f"analytics/{name}/{file}.json")
        held = read(path)
        rewrite(path, [row | fields for row in held] if isinstance(held, list) else held | fields)
    page = visit(export)
    page.open(*FILES)
    card = page.card("Liability")
    expect(card).to_contain_text(sentence)
    if nulls:
        assert list(figures(card).values()).count("not known") == len(
            nulls.keys() - {"ultimate_redemption_rate"}
        )
        redeemed = [row[-1] for row in page.table("Age of the points outstanding")[1:]]
        assert set(redeemed) == {"not known" if nulls is NOT_KNOWN else "1"}
    assert "there is no median" in page.card("First redemption").inner_text()
    assert page.card("First redemption").inner_text().count("not yet observed") == 3
    assert page.card("How requests are answered").inner_text().count("none yet") == 3


def test_a_broken_file_breaks_its_card_alone(visit: Visiting, shops: Path, tmp_path: Path) -> None:
    export = copy_export(shops, tmp_path / "copy", only=SHOP)
    rewrite(api_file(export, SHOP, "analytics/aging/index.json"), b"")
    rewrite(api_file(export, SHOP, "analytics/cohorts/index.json"), [{"cohort": []}])
    page = visit(export)
    page.open(*FILES)
    broken = page.page.locator(".card", has=page.page.locator("> .failure"))
    assert broken.locator("h3").all_text_contents() == ["Cohorts", "Age of the points outstanding"]
    page.complaints.clear()


def test_a_part_that_cannot_be_read_is_read_again_when_it_is_opened_again(
    visit: Visiting, shops: Path
) -> None:
    page = visit(shops)
    page.page.route("**/assets/points.js", lambda route: route.abort(), times=1)
    page.open("Points")
    assert page.page.locator(".closed-part .failure").all_text_contents() == [
        "This can't be shown. assets/points.js can't be read."
    ]
    opener = page.page.get_by_role("button", name="Points", exact=True)
    opener.click()
    opener.click()
    expect(page.card("Liability").locator(".tiles")).to_be_visible()
    page.complaints.clear()


def test_a_part_that_is_opened_after_the_export_was_switched_shows_all_of_the_new_one(
    visit: Visiting, shops: Path, dirty: Path, tmp_path: Path
) -> None:
    current = tmp_path / "current"
    current.symlink_to(shops)
    page = visit(current)
    following = tmp_path / "following"
    following.symlink_to(dirty)
    following.replace(current)
    opener = page.page.get_by_role("button", name="Points", exact=True)
    opener.press("Enter")
    name = read(dirty / "websites.json")[0]["name"]
    expect(page.page.locator("h1")).to_have_text(name)
    page.wait()
    expect(opener).to_have_attribute("aria-expanded", "true")
    expect(opener).to_be_focused()
    overview = payload(dirty, "analytics/overview/days=30.json")
    first = page.page.locator(".tiles dd").first
    assert first.text_content() == f"{overview['total_points_balance']:,}"
    held = payload(dirty, "analytics/liability/index.json")["points_held"]
    assert figures(page.card("Liability"))["Points held"] == f"{held:,}"
    page.complaints[:] = [line for line in page.complaints if "404" not in line]


def test_all_websites_together_show_the_roll_forward_and_say_what_is_each_ones_own(
    visit: Visiting, shops: Path
) -> None:
    page = visit(shops)
    page.open("Clients", "Points")
    page.go(website="all")
    assert page.page.locator(".closed-part h2").all_text_contents() == ["Points"]
    assert page.page.locator(".closed-part h3").all_text_contents() == ["Roll-forward of points"]
    expect(page.page.locator(".closed-part .notice")).to_contain_text("each website's own")
    months = payload(shops, "analytics/roll_forward/index.json", "all")
    assert [row[-1] for row in page.table("Roll-forward of points")[1:]] == [
        f"{month['closing']:,}" for month in months
    ]


def test_from_disk_the_parts_show_just_what_they_show_over_http(
    visit: Visiting, shops: Path
) -> None:
    texts = []
    for from_disk in (False, True):
        page: Visit = visit(shops, from_disk=from_disk)
        page.open(*FILES)
        page.go(website=OLD, days=90)
        texts.append(page.page.inner_text("main"))
    assert texts[0] == texts[1]


def test_paper_has_the_parts_that_are_open(visit: Visiting, shops: Path) -> None:
    page = visit(shops)
    page.open("Rewards")
    page.page.emulate_media(media="print")
    headings = page.page.locator("h2:visible").all_text_contents()
    assert "Rewards" in headings and "Points" not in headings
