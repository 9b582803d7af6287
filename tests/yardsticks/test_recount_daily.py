"""Proves the recount of items, requests and reasons, of all websites as one, and of proof."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from support.datasets import write_dataset
from support.handmade import Row, clients, fulfilled, ledger, moment, write_source
from support.recount.all_websites import roll_forward_of_all, together
from support.recount.blocks import active_clients, outstanding_points
from support.recount.daily import issue_sources, item_performance, request_funnel
from support.recount.money import aging, liability, roll_forward
from support.recount.payloads import (
    conversion,
    engagement_stats,
    overview,
    points_balance,
    points_trend,
)
from support.recount.proof import EVIDENCE, explain
from support.recount.records import analytics_record
from support.recount.sites import Site, all_sites, latest_date, site_of
from support.recount.strict_json import to_bytes
from support.recount.validation import validate

D = date(2024, 12, 31)


def test_items_are_ranked_by_the_redemptions_of_a_year(tmp_path: Path) -> None:
    items = [
        {
            "id": number,
            "website_id": 1,
            "category_id": 1,
            "name": f"i{number}",
            "points_required": points,
            "is_active": is_active,
        }
        for number, points, is_active in ((9, 10, True), (4, 11, None), (2, -1, False))
    ]
    source = write_source(
        tmp_path,
        clients=clients(1, 2, 3),
        redemption_items=items,
        loyalty_transactions=ledger(
            (1, "add", 10, "2024-01-01"), (2, "add", 11, "2024-01-01"), (3, "add", 0, "2024-01-01")
        ),
        redemption_requests=fulfilled(
            (1, 9, 5, "2024-12-02"),  # the first of 30 days
            (1, 9, 5, "2024-12-01"),
            (2, 9, 5, "2024-10-03"),  # the first of 90
            (2, 9, 5, "2024-10-02"),
            (3, 9, 5, "2024-01-02"),  # the first of 365
            (3, 4, 5, "2024-01-01"),
        ),
    )
    rows = [tuple(row.values())[:-3] for row in item_performance(site_of(source, as_of=D))]
    cash = ("Cash",)
    assert rows == [
        (9, "i9", *cash, 10, True, 2, Decimal("100.00"), 1, 3, 5, 3, "2024-12-02"),
        (2, "i2", *cash, -1, False, 2, Decimal("100.00"), 0, 0, 0, 0, None),
        (4, "i4", *cash, 11, None, 1, Decimal("50.00"), 0, 0, 0, 0, "2024-01-01"),
    ]


def _requests(*entries: tuple[str, str, str, str | None]) -> list[Row]:
    """Requests of client 1 by (status, requested_at, a column, its time)."""
    return [
        {**fulfilled((1, 1, 5, at))[0], "id": number, "status": status, column: then}
        for number, (status, at, column, then) in enumerate(entries)
    ]


def test_the_funnel_of_requests_and_its_medians(tmp_path: Path) -> None:
    noon = "2024-12-31T12:00:00Z"
    requests = _requests(
        ("fulfilled", noon, "approved_at", "2024-12-31T13:00:00Z"),
        ("approved", noon, "approved_at", "2024-12-31T13:00:54Z"),  # 1.015 hours
        ("cancelled", noon, "approved_at", "2024-12-31T11:59:59Z"),
        ("pending", "2024-12-25T00:00:00Z", "approved_at", None),
        ("pending", "2024-12-24T23:59:59Z", "approved_at", None),
        ("rejected", noon, "rejected_at", noon),
        ("fulfilled", noon, "fulfilled_at", "2024-12-31T11:00:00Z"),
    )
    source = write_source(tmp_path, clients=clients(1), redemption_requests=requests)
    assert to_bytes(request_funnel(site_of(source, as_of=D), 7)).decode() == (
        '{\n  "as_of": "2024-12-31",\n  "days": 7,\n  "requests": 6,\n  "pending": 1,\n'
        '  "approved": 1,\n  "fulfilled": 2,\n  "rejected": 1,\n  "cancelled": 1,\n'
        '  "rejection_rate": 33.33,\n  "median_hours_to_approval": 1.01,\n'
        '  "median_hours_to_fulfilment": null,\n  "median_hours_to_rejection": 0.00\n}\n'
    )


def test_reasons_by_points_then_null_then_code_points(tmp_path: Path) -> None:
    reasons = {"b": 5, "é": 5, "B": 5, None: 5, "most": 6, "none": 0, "gone": 9}
    entries = [
        {**row, "reason": reason}
        for row, reason in zip(
            ledger(*((1, "add", points, "2024-12-31") for points in reasons.values())),
            reasons,
            strict=True,
        )
    ]
    entries[-1]["timestamp"] = moment("2024-12-29")
    taken = ledger((1, "deduct", -50, "2024-12-31"))[0] | {"id": 90, "reason": "most"}
    again = entries[4] | {"id": 91, "points": 1}
    rows = [*entries, taken, again]
    site = site_of(write_source(tmp_path, clients=clients(1), loyalty_transactions=rows), as_of=D)
    assert [tuple(row.values()) for row in issue_sources(site, 2)] == [
        ("most", 7, 2),
        (None, 5, 1),
        ("B", 5, 1),
        ("b", 5, 1),
        ("é", 5, 1),
        ("none", 0, 1),
    ]


def test_at_most_50_reasons(tmp_path: Path) -> None:
    entries = ledger(*((1, "add", points, "2024-12-31") for points in range(60)))
    named = [{**row, "reason": str(row["id"])} for row in entries]
    site = site_of(write_source(tmp_path, clients=clients(1), loyalty_transactions=named), as_of=D)
    assert [row["points"] for row in issue_sources(site, 1)] == list(range(59, 9, -1))


def test_all_websites_add_up_by_their_own_calendars(tmp_path: Path) -> None:
    """2:00 of 1 February in UTC is still January in New York."""
    at = "2024-02-01T02:00:00Z"
    zones = {1: "UTC", 2: "America/New_York", 3: "UTC"}
    source = write_source(
        tmp_path,
        websites=[{"id": one, "name": "Shop", "timezone": zone} for one, zone in zones.items()],
        clients=[{"id": one, "website_id": one} for one in zones],
        loyalty_transactions=[
            row | {"website_id": row["client_id"]}
            for row in ledger((1, "add", 10, at), (2, "add", 30, at), (2, "redeem", -5, at))
        ],
    )
    sites = all_sites(validate(source), date(2024, 2, 1), "balance")
    everybody = together(sites, date(2024, 2, 1))
    assert [tuple(row.values()) for row in points_trend(everybody, 2)] == [
        ("2024-01-31", 30, 5, 25),
        ("2024-02-01", 10, 0, 35),
    ]
    assert list(points_balance(everybody).values()) == ["2024-02-01", 35, 2, Decimal("17.50")]
    assert list(engagement_stats(everybody, 2).values()) == [
        3,
        2,
        0,
        2,
        Decimal("66.67"),
        Decimal("0.00"),
    ]
    assert overview(everybody, 2)["client_lifetime_value"] == Decimal("20.00")
    assert [tuple(row.values()) for row in roll_forward_of_all(sites)] == [
        ("2024-01-01", 0, 30, 0, 5, 0, 25, True),
        ("2024-02-01", 25, 10, 0, 0, 0, 35, False),
    ]


def test_without_a_website_all_of_them_are_nothing() -> None:
    assert points_balance(together([], None))["total_points_balance"] == 0
    assert roll_forward_of_all([]) == []


def test_clients_are_shown_once_with_their_last_date_and_points(tmp_path: Path) -> None:
    entries = [
        (1, "add", 10, "2024-01-01"),
        (1, "deduct", -3, "2024-01-02"),
        (2, "add", 4, "2024-01-03"),
        (2, "redeem", -4, "2024-01-04"),
        (1, "add", 1, "2024-01-09"),
    ]
    redemptions = fulfilled((2, 1, 4, "2024-01-03"), (2, 1, 5, "2024-01-04"))
    site = site_of(
        write_source(
            tmp_path,
            clients=clients(1, 2),
            loyalty_transactions=ledger(*entries),
            redemption_requests=redemptions,
        )
    )
    window = date(2024, 1, 2), date(2024, 1, 4)
    shown = {
        figure: [tuple(row.values()) for row in explain(site, figure, *window)]
        for figure in EVIDENCE
    }
    assert shown["active_clients"] == [("clients", 1, 1, "2024-01-02", 7)]
    assert shown["clients_with_transactions"] == [
        ("clients", 1, 1, "2024-01-02", -3),
        ("clients", 2, 2, "2024-01-04", 0),
    ]
    assert shown["clients_with_redemptions"] == [("clients", 2, 2, "2024-01-04", 9)]
    assert shown["redeemed"] == [("loyalty_transactions", 4, 2, "2024-01-04", 4)]
    assert shown["deducted"] == [("loyalty_transactions", 2, 1, "2024-01-02", 3)]
    assert [row[1] for row in shown["outstanding"]] == [1, 2, 3, 4]


@pytest.fixture(scope="module")
def sites(tmp_path_factory: pytest.TempPathFactory) -> list[Site]:
    source = tmp_path_factory.mktemp("dataset")
    write_dataset(source, 0, file_format="csv")
    validated = validate(source)
    return all_sites(validated, latest_date(validated, clock=None), "balance")


@pytest.mark.parametrize("days", [1, 30, 400])
def test_the_rows_behind_a_figure_make_it(sites: list[Site], days: int) -> None:
    for site in sites:
        first, last = site.window(days)[0], site.as_of
        record = analytics_record(site, first, last)
        stats, converted = engagement_stats(site, days), conversion(site, days)
        points = {
            "issued": record["total_points_issued"],
            "redeemed": record["total_points_redeemed"],
            "outstanding": record["total_points_balance"],
            "redemption_value": record["total_redemption_value"],
            "points_converted": converted["points_converted"],
        }
        rows = {
            "redemptions": record["total_redemptions"],
            "conversions": converted["conversions"],
            "active_clients": record["total_active_clients"],
            "clients_with_transactions": stats["clients_with_transactions"],
            "clients_with_redemptions": stats["clients_with_redemptions"],
        }
        evidence = {figure: explain(site, figure, first, last) for figure in EVIDENCE}
        assert {
            figure: sum(row["points"] for row in evidence[figure]) for figure in points
        } == points
        assert {figure: len(evidence[figure]) for figure in rows} == rows


def test_identities_hold_on_a_random_dataset(sites: list[Site]) -> None:
    """Ageing sums to what is held, and what is held to balances above 0."""
    for site in sites:
        held = liability(site)
        assert sum(row["outstanding"] for row in aging(site)) == held["points_held"]
        assert held["points_held"] - held["points_overdrawn"] == outstanding_points(site, D)
        for row in roll_forward(site):
            assert row["closing"] == (
                row["opening"] + row["issued"] - row["redeemed"] - row["deducted"]
            )
        assert len(active_clients(site, site.as_of)) == len(
            explain(site, "active_clients", site.as_of, site.as_of)
        )
