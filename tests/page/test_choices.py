"""What the cards of the sections put into a picture: in which order, and how many of them."""

from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect
from support.exports import api_file, copy_export, read, rewrite
from support.shops import SHOP
from support.visits import Visiting

Move = tuple[str, int | None, int | None]

NAMES = {None: None, 7: "Gold", 3: "Silver", 5: "Gold", 4: "Bronze"}
"""Tiers by id: two have one name."""

GRIDS: dict[str, tuple[list[Move], list[str], list[str]]] = {
    "two tiers of one name have another between them": (
        [("04", 7, 7), ("04", 7, 3), ("04", 3, 3), ("04", 3, 5), ("04", 5, 5)],
        ["Gold", "Silver", "Gold"],
        ["Gold", "Silver", "Gold"],
    ),
    "what nobody was in before has its place by what else was reached": (
        [("04", None, 4), ("04", None, 3), ("04", 4, 4), ("04", 4, 7), ("04", 7, 3)],
        ["No tier", "Bronze", "Gold"],
        ["Bronze", "Gold", "Silver"],
    ),
    "an earlier month tells what the last one leaves open": (
        [("03", 3, 3), ("03", 5, 5), ("04", 4, 5), ("04", 7, 3)],
        ["Bronze", "Gold"],
        ["Silver", "Gold"],
    ),
    "what nothing tells comes last if it was reached alone": (
        [("04", 4, 5), ("04", 3, 3)],
        ["Bronze", "Silver"],
        ["Silver", "Gold"],
    ),
    "none is the lowest, also where it was reached alone": (
        [("04", 4, 4), ("04", 3, None)],
        ["Bronze", "Silver"],
        ["No tier", "Bronze"],
    ),
}


@pytest.mark.parametrize(("moves", "before", "after"), GRIDS.values(), ids=GRIDS)
def test_tiers_stand_from_the_lowest_to_the_highest_whatever_their_names(
    visit: Visiting,
    shops: Path,
    tmp_path: Path,
    moves: list[Move],
    before: list[str],
    after: list[str],
) -> None:
    export = copy_export(shops, tmp_path / "copy", only=SHOP)
    rewrite(
        api_file(export, SHOP, "analytics/tier_migration/index.json"),
        [
            {
                "month": f"2024-{month}-01",
                "from_tier_id": old,
                "from_tier": NAMES[old],
                "to_tier_id": new,
                "to_tier": NAMES[new],
                "clients": clients,
            }
            for clients, (month, old, new) in enumerate(moves, start=1)
        ],
    )
    page = visit(export)
    page.open("Clients")
    grid = page.card("Moves between tiers").locator("table.moves")
    assert grid.locator("th[scope=row]").all_text_contents() == before
    assert grid.locator("th[scope=col]").all_text_contents() == after
    cells = grid.locator("td.number").all_text_contents()
    latest = [clients for clients, (month, *_) in enumerate(moves, start=1) if month == "04"]
    assert sorted(int(cell) for cell in cells if cell not in ("0", "–")) == latest


@pytest.mark.parametrize(
    ("prices", "shown", "told"),
    [
        ([300, 100, 200, 100], [100, 200, 300], "No item is beyond every balance. 3 prices"),
        (
            list(range(100, 2000, 100)),
            [100, 300, 500, 700, 900, 1100, 1300, 1500, 1700, 1900],
            "10 of 19 prices, the lowest and the highest among them; the table has every item",
        ),
        (
            list(range(1100, 0, -100)),
            [100, 200, 300, 400, 500, 700, 800, 900, 1000, 1100],
            "10 of 11 prices, the lowest and the highest among them; the table has every item",
        ),
    ],
)
def test_prices_are_seen_from_the_lowest_to_the_highest(
    visit: Visiting, shops: Path, tmp_path: Path, prices: list[int], shown: list[int], told: str
) -> None:
    export = copy_export(shops, tmp_path / "copy", only=SHOP)
    path = api_file(export, SHOP, "analytics/item_performance/index.json")
    first, *_ = read(path)
    rewrite(
        path,
        [
            first | {"id": number, "points_required": price, "clients_who_can_afford": 1}
            for number, price in enumerate(prices)
        ],
    )
    page = visit(export)
    page.open("Rewards")
    card = page.card("Who can afford an item")
    expect(card.locator(".caption")).to_contain_text(told)
    assert labels(card) == [f"{price:,} points" for price in shown]
    assert len(page.table("Who can afford an item")) == 1 + len(prices)


def labels(card: Locator) -> list[str]:
    """What the bars of a card's chart are named."""
    return card.locator("canvas").evaluate("canvas => Chart.getChart(canvas).config.data.labels")
