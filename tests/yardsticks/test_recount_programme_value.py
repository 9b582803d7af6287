"""Proves the recount of what the programme costs, and of what it must bring."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from support.datasets import mid_history, write_dataset
from support.handmade import (
    Row,
    campaign,
    campaign_members,
    fulfilled,
    ledger,
    old_clients,
    orders,
    write_source,
)
from support.recount.campaigns import campaigns
from support.recount.programme_value import programme_value
from support.recount.sites import Site, all_sites, latest_date, site_of
from support.recount.strict_json import to_bytes
from support.recount.validation import validate

D = date(2024, 3, 20)

HALF_REDEEMED = ledger(
    (1, "add", 100, "2023-11-10"),
    (1, "redeem", -20, "2023-12-10"),
    (1, "redeem", -30, "2024-01-10"),
    (2, "add", 30, "2024-03-15"),
    (1, "redeem", -4, "2024-03-16"),
)
"""From age 2 on, half of a point is redeemed; that was known on 29 February."""


def _programme(directory: Path, **entities: list[Row]) -> Path:
    """Orders of 50.00 in the week up to D, of which client 1, who redeems, has 40.00."""
    given = {
        "clients": old_clients(1, 2),
        "loyalty_transactions": HALF_REDEEMED,
        "redemption_requests": fulfilled((1, 1, 4, "2024-03-16")),
        "orders": orders(
            (1, "60.00", "9.00", "2024-03-14"),
            (1, "60.00", "9.00", "2024-03-13"),
            (1, "-20.00", "-3.00", "2024-03-20"),
            (2, "10.00", "2.00", "2024-03-20"),
        ),
        "campaigns": [
            campaign(1, "2024-03-01", "2024-03-13", cost="1000.00"),
            campaign(2, "2024-03-01", "2024-03-14", cost="1.00"),
            campaign(3, "2024-03-01", "2024-03-20", cost="-0.25"),
            campaign(4, "2024-03-01", "2024-03-20"),
            campaign(5, "2024-03-01", "2024-03-21", cost="1000.00"),
        ],
    }
    return write_source(directory, **(given | entities))


def test_what_the_programme_costs_against_its_margin(tmp_path: Path) -> None:
    """30 points issued at 0.1 and ½ are 1.50; campaigns ended at 0.75; both of margins of 8.00."""
    site = site_of(_programme(tmp_path), as_of=D, point_value=Decimal("0.1"))
    assert to_bytes(programme_value(site, 7)).decode() == (
        '{\n  "as_of": "2024-03-20",\n  "days": 7,\n  "orders": 3,\n  "revenue": 50.00,\n'
        '  "revenue_of_redeemers": 40.00,\n  "points_redeemed_cost": 0.40,\n'
        '  "points_accrued_cost": 1.50,\n  "campaign_cost": 0.75,\n  "cost": 2.25,\n'
        '  "cost_rate": 4.50,\n  "break_even_uplift": 28.13,\n  "roi": null,\n'
        '  "status": "no_experiment"\n}\n'
    )


@pytest.mark.parametrize(
    ("entities", "value", "status", "unknown"),
    [
        ({"orders": []}, "0.1", "no_orders", {"cost_rate", "break_even_uplift", "roi"}),
        (
            {"orders": orders((1, "9.00", None, "2024-03-20"))},
            None,
            "no_margin",
            {
                *("points_redeemed_cost", "points_accrued_cost", "cost", "cost_rate"),
                *("break_even_uplift", "roi"),
            },
        ),
        (
            {"loyalty_transactions": HALF_REDEEMED[3:]},
            None,
            "no_point_value",
            {
                *("points_redeemed_cost", "points_accrued_cost", "cost", "cost_rate"),
                *("break_even_uplift", "roi"),
            },
        ),
        (
            {"loyalty_transactions": HALF_REDEEMED[3:]},
            "0.1",
            "short_history",
            {"points_accrued_cost", "cost", "cost_rate", "break_even_uplift", "roi"},
        ),
        ({"campaigns": []}, "0.1", "no_experiment", {"roi"}),
    ],
)
def test_what_is_missing_is_said_and_the_rest_given(
    tmp_path: Path, entities: dict[str, list[Row]], value: str | None, status: str, unknown: set
) -> None:
    point_value = value and Decimal(value)
    site = site_of(_programme(tmp_path, **entities), as_of=D, point_value=point_value)
    figures = programme_value(site, 7)
    assert figures["status"] == status
    assert {name for name, figure in figures.items() if figure is None} == unknown


def test_absent_orders_are_unknown_and_a_margin_may_be_set(tmp_path: Path) -> None:
    source = _programme(tmp_path, orders=orders((2, "9.00", None, "2024-03-20")))
    site = site_of(source, as_of=D, point_value=Decimal("0.1"), margin=Decimal("0.25"))
    assert programme_value(site, 7)["break_even_uplift"] == Decimal("100.00")
    (source / "orders.jsonl").unlink()
    figures = programme_value(site_of(source, as_of=D, point_value=Decimal("0.1")), 7)
    assert (figures["orders"], figures["revenue"], figures["revenue_of_redeemers"]) == (None,) * 3
    assert (figures["cost"], figures["status"]) == (Decimal("2.25"), "no_orders")


def test_what_experiments_brought_is_held_against_the_cost(tmp_path: Path) -> None:
    """30 clients with a margin of 1 more each, against 2.25 and 5.25 for 105 further points."""
    ids = range(11, 71)
    known = orders(*((client, "9.00", "1.00", "2024-03-14") for client in ids[:30]))
    issues = ledger(
        *((client, "add", 1, "2024-03-14") for client in ids), (2, "add", 45, "2024-03-14")
    )
    source = _programme(
        tmp_path,
        clients=old_clients(1, 2, *ids),
        loyalty_transactions=[
            {**row, "id": number} for number, row in enumerate([*HALF_REDEEMED, *issues])
        ],
        orders=known,
        campaigns=[
            campaign(1, "2024-03-14", "2024-03-14", cost="1.00"),
            campaign(2, "2024-03-14", "2024-03-15", cost="-0.25"),
        ],
        campaign_members=[
            *campaign_members(1, ids[:30]),
            *campaign_members(1, ids[30:], "control"),
            *campaign_members(2, ids[:30]),
        ],
    )
    figures = programme_value(site_of(source, as_of=D, point_value=Decimal("0.1")), 7)
    assert (figures["cost"], figures["status"]) == (Decimal("7.50"), "ok")
    assert figures["roi"] == Decimal("3.00")


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> list[Site]:
    """The websites of the random datasets that tests/export holds the export against."""
    found = []
    for seed in (0, 5, 6, 8):
        source = tmp_path_factory.mktemp("dataset")
        write_dataset(source, seed, crowd=seed != 5)
        validated = validate(source)
        day = mid_history() if seed % 3 == 2 else latest_date(validated, clock=None)
        found += all_sites(validated, day, "balance")
    return found


def test_random_datasets_hold_every_status(sites: list[Site]) -> None:
    rows = [row for site in sites for row in campaigns(site)]
    judged = {(row["design"], row["status"]) for row in rows}
    anyway = ("too_early", "too_few", "ok")
    assert judged == {
        ("experiment", "srm_failed"),
        *((design, status) for design in ("experiment", "observational") for status in anyway),
    }
    assert any(row["return_on_cost"] is not None for row in rows)
    values = [programme_value(site, days) for site in sites for days in (14, 400)]
    statuses = {"no_orders", "no_margin", "no_point_value", "short_history", "no_experiment", "ok"}
    assert {row["status"] for row in values} == statuses
