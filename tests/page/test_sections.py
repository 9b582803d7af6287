"""What the sections show: just the figures of their payloads, or why they can't."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, expect
from support.exports import api_file, copy_export, read, rewrite, rewrite_page
from support.shops import ATTACKS, EMPTY, OLD, SHOP
from support.visits import Visit, Visiting, payload

SECTIONS = ("Clients", "Rewards", "Points", "Forecast", "Campaigns", "Snapshots", "Widgets", "Data")

LISTS = {
    "Clients": {
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
        "Lifecycle": (
            "lifecycle/index",
            ("clients", "percentage", "clients_before", "points_balance"),
        ),
        "Moves in the lifecycle": (
            "lifecycle_moves/index",
            ("clients",),
        ),
        "Moves between tiers": (
            "tier_migration/index",
            ("clients",),
        ),
        "Cohorts": (
            "cohorts/index",
            ("months_since", "clients", "active_clients", "redeeming_clients", "retention_rate"),
        ),
    },
    "Points": {
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
        "Reasons of issue": (
            "issue_sources/days=30",
            ("points", "transactions"),
        ),
    },
    "Rewards": {
        "Who can afford an item": (
            "item_performance/index",
            ("points_required", "clients_who_can_afford", "affordable_rate"),
        ),
    },
}
"""By section, the keys of a payload's rows that are the last columns of a card's table."""

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


@pytest.mark.parametrize("website", [SHOP, OLD])
def test_the_tables_of_the_parts_have_the_figures_of_their_payloads(
    visit: Visiting, shops: Path, website: int
) -> None:
    page = visit(shops)
    page.go(website=website)
    for section, lists in LISTS.items():
        page.open(section)
        compare_lists(page, shops, website, lists)


def compare_lists(page: Visit, shops: Path, website: int, lists: dict[str, Any]) -> None:
    """Whether the tables of a section's cards are the rows of their payloads."""
    for title, (file, keys) in lists.items():
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
    page.open("Points")
    liability = payload(shops, "analytics/liability/index.json")
    assert figures(page.card("Liability")) == {
        "Points held": f"{liability['points_held']:,}",
        "Expected to be redeemed": f"{liability['points_expected']:,}",
        "Breakage": f"{liability['breakage_rate']}%",
        "Value of a point": f"{float(liability['point_value'])}",
        "Liability": f"{liability['liability_amount']:,}",
        "If all are redeemed": f"{liability['liability_if_all_redeemed']:,}",
    }
    page.open("Clients")
    first = payload(shops, "analytics/first_redemption/index.json")
    card = page.card("First redemption")
    assert card.locator("strong").text_content() == f"{first['median_days']:,} days"
    assert figures(card)["After 30 days"] == f"{first['after_30_days']}%"
    page.open("Rewards")
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


def test_items_of_all_time_are_shown_where_that_is_more_than_a_year(
    visit: Visiting, shops: Path, tmp_path: Path
) -> None:
    export = copy_export(shops, tmp_path / "copy", only=SHOP)
    path = api_file(export, SHOP, "analytics/item_performance/index.json")
    of_all_time = {
        row["id"]: row["redemption_count"]
        for row in payload(export, "analytics/top_redemptions/index.json")
    }
    for more in (0, 1):
        lately = {key: number - more for key, number in of_all_time.items()}
        rewrite(
            path,
            [
                row | {"redemptions_365": lately.get(row["id"], row["redemptions_365"])}
                for row in read(path)
            ],
        )
        page = visit(export)
        page.open("Rewards")
        assert page.card("Redemptions of items").count() == 1
        assert page.card("Top items of all time").count() == more


@pytest.mark.parametrize(
    ("most", "label"),
    [
        (26, "GROCERY coupon (Type A)"),
        (19, "GROCERY c… (Type A)"),
        (2, "G…"),
        (1, "…"),
        (0.5, "…"),
    ],
)
def test_a_label_is_cut_in_its_middle(
    visit: Visiting, shops: Path, most: float, label: str
) -> None:
    page = visit(shops)
    assert page.page.evaluate(f"shorten('GROCERY coupon (Type A)', {most})") == label


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
    page.open("Clients")
    tiers = page.card("Moves between tiers")
    for scope in ("row", "col"):
        assert tiers.locator(f"th[scope={scope}]").all_text_contents() == list(ATTACKS)
    page.open("Points")
    assert [row[0] for row in page.table("Reasons of issue")[1:]] == [
        *ATTACKS,
        "no reason given",
        "“ ”",
        "none",
    ]
    page.open("Rewards")
    assert [row[:2] for row in page.table("Never redeemed")[1:]] == [[n, n] for n in ATTACKS]
    assert page.page.locator("main :is(img, script, b)").count() == 0
    assert page.page.title() == "Rewards · Shop · Loyalty Analytics"


@pytest.mark.parametrize("title", ["Clients", "Rewards", "Points", "Forecast", "Campaigns"])
def test_a_website_without_anything_says_so_in_every_card(
    visit: Visiting, shops: Path, title: str
) -> None:
    page = visit(shops)
    page.go(website=EMPTY)
    part = page.open(title)
    said = {
        card.locator("h3").text_content(): card.locator(".empty, .picture > p").all_text_contents()
        for card in part.locator(".card").all()
    }
    assert said
    assert all(len(sentences) == 1 for sentences in said.values()), said
    assert part.locator("canvas").count() == 0


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
    page.open("Points")
    card = page.card("Liability")
    expect(card).to_contain_text(sentence)
    if nulls:
        assert list(figures(card).values()).count("not known") == len(
            nulls.keys() - {"ultimate_redemption_rate"}
        )
        redeemed = [row[-1] for row in page.table("Age of the points outstanding")[1:]]
        assert set(redeemed) == {"not known" if nulls is NOT_KNOWN else "1"}
    page.open("Clients")
    assert "there is no median" in page.card("First redemption").inner_text()
    assert page.card("First redemption").inner_text().count("not yet observed") == 3
    page.open("Rewards")
    assert page.card("How requests are answered").inner_text().count("none yet") == 3


def test_a_broken_file_breaks_its_card_alone(visit: Visiting, shops: Path, tmp_path: Path) -> None:
    export = copy_export(shops, tmp_path / "copy", only=SHOP)
    rewrite(api_file(export, SHOP, "analytics/aging/index.json"), b"")
    rewrite(api_file(export, SHOP, "analytics/cohorts/index.json"), [{"cohort": []}])
    page = visit(export)
    for title, card in (("Clients", "Cohorts"), ("Points", "Age of the points outstanding")):
        broken = page.open(title).locator(".card", has=page.page.locator("> .failure"))
        assert broken.locator("h3").all_text_contents() == [card]
    page.complaints.clear()


def test_a_section_that_cannot_be_read_is_read_again_when_it_is_opened_again(
    visit: Visiting, shops: Path
) -> None:
    page = visit(shops)
    page.page.route("**/assets/points.js", lambda route: route.abort(), times=1)
    part = page.open("Points")
    assert part.locator(".failure").all_text_contents() == [
        "This can't be shown. assets/points.js can't be read."
    ]
    page.open("Overview")
    page.open("Points")
    expect(page.card("Liability").locator(".tiles")).to_be_visible()
    page.complaints.clear()


def test_a_section_that_is_opened_after_the_export_was_switched_shows_all_of_the_new_one(
    visit: Visiting, shops: Path, dirty: Path, tmp_path: Path
) -> None:
    current = tmp_path / "current"
    current.symlink_to(shops)
    page = visit(current)
    following = tmp_path / "following"
    following.symlink_to(dirty)
    following.replace(current)
    page.open("Points")
    name = read(dirty / "websites.json")[0]["name"]
    expect(page.page.locator("h1")).to_have_text(name)
    held = payload(dirty, "analytics/liability/index.json")["points_held"]
    assert figures(page.card("Liability"))["Points held"] == f"{held:,}"


def test_all_websites_together_show_what_adds_up_and_say_what_is_each_ones_own(
    visit: Visiting, shops: Path
) -> None:
    page = visit(shops)
    page.go(website="all")
    part = page.open("Points")
    assert part.locator("h3").all_text_contents() == ["Roll-forward of points"]
    expect(part.locator(".notice")).to_contain_text("each website's own")
    months = payload(shops, "analytics/roll_forward/index.json", "all")
    assert [row[-1] for row in page.table("Roll-forward of points")[1:]] == [
        f"{month['closing']:,}" for month in months
    ]
    for title in ("Clients", "Rewards", "Forecast", "Campaigns", "Snapshots", "Widgets"):
        part = page.open(title)
        expect(part.locator(".notice")).to_contain_text("it is each one's own")
        assert part.locator(".card, .failure").count() == 0


@pytest.mark.parametrize("title", SECTIONS)
def test_from_disk_a_section_shows_just_what_it_shows_over_http(
    visit: Visiting, shops: Path, title: str
) -> None:
    texts = []
    for from_disk in (False, True):
        page = visit(shops, from_disk=from_disk)
        page.go(website=OLD, days=90)
        page.open(title)
        texts.append(page.page.inner_text("body"))
    assert texts[0] == texts[1]


def test_paper_has_the_section_that_is_shown(visit: Visiting, shops: Path) -> None:
    page = visit(shops)
    page.open("Rewards")
    page.page.emulate_media(media="print")
    assert page.page.locator("h2:visible").all_text_contents() == ["Rewards"]
    assert not page.page.locator("#menu").is_visible()
