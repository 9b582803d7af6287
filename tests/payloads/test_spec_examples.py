"""The spec's worked examples, from a source with just those facts to just those texts."""

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from support.replay import DEFAULTS, Replay

ROOT = "1/api/v1/loyalty-management"
TIERS = (("Bronze", 800, 0), ("Silver", 300, 1000), ("Gold", 120, 5000), ("Platinum", 30, 10000))
JANUARY = 10_000_000_000 + 19_723 * 100_000 + 19_753


def write_source(directory: Path, **entities: Iterable[dict[str, Any]]) -> Path:
    directory.mkdir()
    required = {
        "websites": [{"id": 1, "name": "Shop", "timezone": "UTC"}],
        "clients": [{"id": client, "website_id": 1} for client in range(1, 2001)],
        "loyalty_tiers": [],
        "loyalty_transactions": [],
        "redemption_categories": [
            {"id": 1, "website_id": 1, "name": "Discounts"},
            {"id": 2, "website_id": 1, "name": "Cash"},
        ],
        "redemption_items": [
            _item(5, "$10 Discount Code", 1000, category=1),
            _item(3, "$5 Wallet Credit", 500, category=2),
        ],
        "redemption_requests": [],
    }
    for entity, rows in {**required, **entities}.items():
        lines = [json.dumps(row) + "\n" for row in rows]
        (directory / f"{entity}.jsonl").write_text("".join(lines), encoding="utf-8")
    return directory


def _item(item: int, name: str, points: int, category: int) -> dict[str, Any]:
    return {
        "id": item,
        "website_id": 1,
        "category_id": category,
        "name": name,
        "points_required": points,
    }


def ledger(*entries: tuple[int, str, int, str]) -> list[dict[str, Any]]:
    """Transactions of (client, type, points, time)."""
    return [
        {
            "id": number,
            "website_id": 1,
            "client_id": client,
            "transaction_type": kind,
            "points": points,
            "timestamp": at,
        }
        for number, (client, kind, points, at) in enumerate(entries, start=1)
    ]


@pytest.fixture(scope="module")
def programme(tmp_path_factory: pytest.TempPathFactory, replay: Replay) -> Path:
    """2,000 clients, of whom 1,250 hold 216 points each; the export as of 2024-01-31.

    In January 450 clients are issued 100 points and redeem 40 of them, and 350 others have a row
    without points; tiers go by points ever issued, since 270,000 points can't fill these.
    """
    before, january = "2023-06-01 12:00:00", "2024-01-15 12:00:00"
    entries, requests = [], []
    client = 0
    for _, size, threshold in TIERS:
        for _ in range(size):
            client += 1
            gained = 60 if client <= 450 else 0
            entries.append((client, "add", threshold + 216 - gained, before))
            entries.append((client, "deduct", -threshold, before))
    for client in range(1, 801):
        if client <= 450:
            entries.append((client, "add", 100, january))
            entries.append((client, "redeem", -40, january))
            item = 5 if client <= 250 else 3
            requests.append((client, item))
        else:
            entries.append((client, "add", 0, january))
    directory = tmp_path_factory.mktemp("programme")
    source = write_source(
        directory / "source",
        loyalty_tiers=[
            {"id": number, "website_id": 1, "name": name, "threshold": threshold}
            for number, (name, _, threshold) in enumerate(TIERS, start=1)
        ],
        loyalty_transactions=ledger(*entries),
        redemption_requests=[
            {
                "id": number,
                "website_id": 1,
                "client_id": client,
                "item_id": item,
                "points_used": 40,
                "status": "fulfilled",
                "requested_at": january,
            }
            for number, (client, item) in enumerate(requests, start=1)
        ],
    )
    inputs = replace(DEFAULTS, as_of=date(2024, 1, 31), tier_basis="lifetime")
    return replay.export(source, directory, inputs).version / ROOT


def test_the_record_of_january(programme: Path) -> None:
    assert (
        (programme / f"analytics/{JANUARY}/index.json").read_text()
        == """\
{
  "id": 11972319753,
  "website": 1,
  "date_from": "2024-01-01",
  "date_to": "2024-01-31",
  "total_active_clients": 1250,
  "total_points_issued": 45000,
  "total_points_redeemed": 18000,
  "total_points_balance": 270000,
  "total_redemptions": 450,
  "total_redemption_value": 18000,
  "most_popular_item": 5,
  "most_popular_item_name": "$10 Discount Code",
  "bronze_count": 800,
  "silver_count": 300,
  "gold_count": 120,
  "platinum_count": 30,
  "active_redemptions_ratio": 36.00,
  "average_points_per_client": 216.00
}
"""
    )


def test_tier_distribution(programme: Path) -> None:
    rows = ",\n".join(
        f'  {{\n    "tier_name": "{name}",\n    "count": {count},\n'
        f'    "threshold": {threshold},\n    "percentage": {percentage}\n  }}'
        for (name, count, threshold), percentage in zip(
            TIERS, ("64.00", "24.00", "9.60", "2.40"), strict=True
        )
    )
    text = (programme / "analytics/tier_distribution/index.json").read_text()
    assert text == f"[\n{rows}\n]\n"


def test_engagement_stats(programme: Path) -> None:
    assert (
        (programme / "analytics/engagement_stats/days=30.json").read_text()
        == """\
{
  "total_clients": 2000,
  "active_clients": 1250,
  "clients_with_redemptions": 450,
  "clients_with_transactions": 800,
  "engagement_rate": 40.00,
  "redemption_rate": 36.00
}
"""
    )


def test_top_redemptions(programme: Path) -> None:
    assert (
        (programme / "analytics/top_redemptions/index.json").read_text()
        == """\
[
  {
    "id": 5,
    "name": "$10 Discount Code",
    "points_required": 1000,
    "redemption_count": 250,
    "category": "Discounts"
  },
  {
    "id": 3,
    "name": "$5 Wallet Credit",
    "points_required": 500,
    "redemption_count": 200,
    "category": "Cash"
  }
]
"""
    )


def test_points_trend(tmp_path: Path, replay: Replay) -> None:
    source = write_source(
        tmp_path / "source",
        loyalty_transactions=ledger(
            (1, "add", 1500, "2024-01-01T10:00:00Z"),
            (1, "redeem", -600, "2024-01-01T11:00:00Z"),
            (2, "add", 2000, "2024-01-02T10:00:00Z"),
            (2, "redeem", -500, "2024-01-02T23:59:59.999999Z"),
        ),
    )
    version = replay.export(source, tmp_path, replace(DEFAULTS, window_days=(2,))).version
    assert (
        (version / ROOT / "analytics/points_trend/days=2.json").read_text()
        == """\
[
  {
    "date": "2024-01-01",
    "issued": 1500,
    "redeemed": 600,
    "balance": 900
  },
  {
    "date": "2024-01-02",
    "issued": 2000,
    "redeemed": 500,
    "balance": 2400
  }
]
"""
    )
