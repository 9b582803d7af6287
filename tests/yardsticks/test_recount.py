"""Proves the recount itself on the spec's worked examples, roundings, ties and row validating.

What the recount is trusted for elsewhere stands on these few hand-made sources.
"""

import ast
import json
from collections import Counter
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from support.datasets import KINDS, FileFormat, mid_history, write_dataset
from support.handmade import clients, fulfilled, ledger, write_source
from support.recount import (
    record_id,
    recount,
    recount_fallbacks,
    recount_manifest,
    rounded,
    validate,
)
from support.replay import PROJECT

Payload = Any  # whatever json.loads gives
ROOM = sorted((PROJECT / "tests/support/recount").glob("*.py"))
ROOT = "1/api/v1/loyalty-management"


def _json(files: dict[str, bytes], path: str) -> Payload:
    return json.loads(files[f"{ROOT}/{path}"])


def test_points_trend_gives_the_specs_900_then_2400(tmp_path: Path) -> None:
    """The spec's points trend, to the byte."""
    entries = ledger(
        (1, "add", 1500, "2024-01-01T10:00:00Z"),
        (1, "redeem", -600, "2024-01-01T11:00:00Z"),
        (2, "add", 2000, "2024-01-02T10:00:00Z"),
        (2, "redeem", -500, "2024-01-02T23:59:59.999999Z"),
    )
    source = write_source(tmp_path, clients=clients(1, 2), loyalty_transactions=entries)
    files = recount(source, window_days=[2])
    assert files[f"{ROOT}/analytics/points_trend/days=2.json"].decode() == (
        "[\n"
        '  {\n    "date": "2024-01-01",\n    "issued": 1500,\n    "redeemed": 600,\n'
        '    "balance": 900\n  },\n'
        '  {\n    "date": "2024-01-02",\n    "issued": 2000,\n    "redeemed": 500,\n'
        '    "balance": 2400\n  }\n'
        "]\n"
    )


@pytest.fixture
def programme(tmp_path: Path) -> Path:
    """The programme behind the spec's examples: 2000 clients, of whom 1250 hold 216 points."""
    old, new = "2023-06-01 12:00:00", "2024-01-15 12:00:00"
    sizes = (
        ("Bronze", 800, 0),
        ("Silver", 300, 1000),
        ("Gold", 120, 5000),
        ("Platinum", 30, 10000),
    )
    entries = []
    for _, size, spent in sizes:
        for _ in range(size):
            client = len({entry[0] for entry in entries}) + 1
            entries.append((client, "add", 216 + spent, old))
            entries.append((client, "deduct", -spent, old))
    entries += [(client, "add", 0, new) for client in range(451, 1251)]
    tiers = [
        {"id": number, "website_id": 1, "name": name, "threshold": threshold}
        for number, (name, _, threshold) in enumerate(sizes, start=1)
    ]
    return write_source(
        tmp_path,
        clients=clients(*range(1, 2001)),
        loyalty_tiers=tiers,
        loyalty_transactions=ledger(*entries),
        redemption_requests=fulfilled(*((client, 1, 40, new) for client in range(1, 451))),
    )


def test_the_specs_programme(programme: Path) -> None:
    """64.00/24.00/9.60/2.40, 40.00/36.00, 216.00 and 18000, on one programme."""
    files = recount(programme, as_of=date(2024, 1, 31), tier_basis="lifetime")
    tiers = files[f"{ROOT}/analytics/tier_distribution/index.json"].decode()
    percentages = [line.split(": ")[1] for line in tiers.splitlines() if "percentage" in line]
    assert percentages == ["64.00", "24.00", "9.60", "2.40"]
    assert files[f"{ROOT}/analytics/engagement_stats/index.json"].decode() == (
        '{\n  "total_clients": 2000,\n  "active_clients": 1250,\n'
        '  "clients_with_redemptions": 450,\n  "clients_with_transactions": 800,\n'
        '  "engagement_rate": 40.00,\n  "redemption_rate": 36.00\n}\n'
    )
    january = record_id(1, date(2024, 1, 1), date(2024, 1, 31))
    assert january == 10_000_000_000 + 19_723 * 100_000 + 19_753
    assert files[f"{ROOT}/analytics/{january}/index.json"].decode().split(",\n  ")[4:] == [
        '"total_active_clients": 1250',
        '"total_points_issued": 0',
        '"total_points_redeemed": 0',
        '"total_points_balance": 270000',
        '"total_redemptions": 450',
        '"total_redemption_value": 18000',
        '"most_popular_item": 1',
        '"most_popular_item_name": "Credit"',
        '"bronze_count": 800',
        '"silver_count": 300',
        '"gold_count": 120',
        '"platinum_count": 30',
        '"active_redemptions_ratio": 36.00',
        '"average_points_per_client": 216.00\n}\n',
    ]


@pytest.mark.parametrize(
    ("part", "whole", "text"),
    [
        (1, 8, "0.13"),
        (-1, 8, "-0.13"),
        (1, 201, "0.00"),
        (-1, 1000, "0.00"),
        (-1, 200, "-0.01"),
        (2, 3, "0.67"),
        (10**20 + 1, 1, "100000000000000000001.00"),
    ],
)
def test_rounding_is_half_away_from_zero(part: int, whole: int, text: str) -> None:
    """Ground rules: half away from zero, and no negative zero."""
    assert str(rounded(Fraction(part, whole))) == text


def test_ties_go_to_the_lowest_id(tmp_path: Path) -> None:
    """Items with as many redemptions, and tiers with one threshold."""
    items = [
        {
            "id": number,
            "website_id": 1,
            "category_id": 1,
            "name": f"i{number}",
            "points_required": 1,
        }
        for number in (9, 4)
    ]
    tiers = [
        {"id": number, "website_id": 1, "name": name, "threshold": 5}
        for number, name in ((8, "gold"), (3, "Old SILVER"))
    ]
    at = "2024-02-05T00:00:00+00"
    source = write_source(
        tmp_path,
        clients=clients(1),
        loyalty_tiers=tiers,
        redemption_items=items,
        loyalty_transactions=ledger((1, "add", 5, at)),
        redemption_requests=fulfilled((1, 9, 1, at), (1, 4, 1, at)),
    )
    files = recount(source, requested_ranges=[(1, date(2024, 2, 5), date(2024, 2, 5))])
    (record,) = _json(files, "analytics/index.json")
    assert (record["most_popular_item"], record["most_popular_item_name"]) == (4, "i4")
    assert (record["silver_count"], record["gold_count"]) == (1, 0)
    ranking = _json(files, "analytics/top_redemptions/index.json")
    assert [row["id"] for row in ranking] == [4, 9]
    distribution = _json(files, "analytics/tier_distribution/index.json")
    assert [(row["tier_name"], row["count"]) for row in distribution] == [
        ("Old SILVER", 1),
        ("gold", 0),
    ]


def test_no_event_at_all(tmp_path: Path) -> None:
    """Without as_of, dated rows are [], every client is a member, the rest is 0."""
    files = recount(write_source(tmp_path, clients=clients(1, 2)))
    assert _json(files, "analytics/index.json") == []
    assert _json(files, "analytics/points_trend/index.json") == []
    assert _json(files, "analytics/engagement_stats/index.json")["total_clients"] == 2
    assert _json(files, "analytics/overview/index.json")["as_of"] is None
    assert len(_json(files, "analytics/redemption_patterns/index.json")) == 168
    assert len(_json(files, "dashboard-widgets/index.json")) == 7


def test_business_dates_are_the_websites(tmp_path: Path) -> None:
    """23:00 of 31 January in New York is 1 February in UTC, and counts in January."""
    source = write_source(
        tmp_path,
        websites=[{"id": 1, "name": "Shop", "timezone": "America/New_York"}],
        clients=clients(1),
        loyalty_transactions=ledger((1, "add", 5, "2024-02-01T04:00:00Z")),
    )
    assert recount_manifest(source)["as_of"] == "2024-01-31"


def test_the_duplicate_that_stays(tmp_path: Path) -> None:
    """Latest time first, then the greatest signed points; the rest is counted."""
    first, second, third = ledger(
        (1, "add", 9, "2024-01-01T00:00:00Z"),
        (1, "redeem", -3, "2024-01-02T00:00:00Z"),
        (1, "redeem", -2, "2024-01-02T05:30:00+05:30"),
    )
    rows = [{**row, "id": 1} for row in (first, second, third, first)]
    source = write_source(tmp_path, clients=clients(1), loyalty_transactions=rows)
    manifest = recount_manifest(source)
    assert manifest["totals"] == {"1": {"transactions": 1, "requests": 0, "points_outstanding": -2}}
    assert manifest["quarantined"] == {"loyalty_transactions": {"duplicate_id": 3}}
    assert manifest["drift"] == {"clients_checked": 1, "clients_drifted": 0, "points_drifted": 0}


def test_the_dates_and_members_of_a_campaign(tmp_path: Path) -> None:
    """An end at the website's midnight is of the day before; who is in both arms is in neither."""
    times = (
        ("2024-03-01T05:00:00Z", "2024-03-08T05:00:00Z"),
        ("2024-03-01T05:00:00Z", "2024-03-08T05:00:01Z"),
        ("2024-03-01T05:00:00Z", "2024-03-01T05:00:00Z"),
        ("2024-03-01T05:00:00Z", "2024-03-01T04:59:59Z"),
    )
    arms = ((1, None), (1, "treatment"), (2, "treatment"), (2, "control"), (3, "control"), (3, "A"))
    source = write_source(
        tmp_path,
        websites=[{"id": 1, "name": "Shop", "timezone": "America/New_York"}],
        clients=clients(1, 2, 3),
        campaigns=[
            {"id": number, "website_id": 1, "name": "A", "starts_at": first, "ends_at": last}
            for number, (first, last) in enumerate(times, start=1)
        ],
        campaign_members=[
            {"campaign_id": 1, "client_id": client, "arm": arm} for client, arm in arms
        ],
    )
    validated = validate(source)
    found = validated.valid["campaigns"]
    assert {number: str(row["date_to"]) for number, row in found.items()} == {
        1: "2024-03-07",
        2: "2024-03-08",
        3: "2024-03-01",
    }
    members = validated.valid["campaign_members"]
    assert {key: row["arm"] for key, row in members.items()} == {
        (1, 1): "treatment",
        (1, 3): "control",
    }
    reasons = {
        entity: Counter(reason for reason, _ in rows)
        for entity, rows in validated.quarantined.items()
    }
    assert reasons["campaigns"] == {"invalid_value": 1}
    assert reasons["campaign_members"] == {
        "duplicate_id": 1,
        "conflicting_arms": 2,
        "unknown_arm": 1,
    }


def test_widget_sizes_and_configs(tmp_path: Path) -> None:
    """Valid sizes get a file, bad ones are named, and numbers are written as delivered."""
    configs = ('{"b": 1.10, "a": {"d": 1E2, "c": -0}, "days": 14}', '{"days": 14.0, "limit": "3"}')
    lines = [
        f'{{"id": {number}, "website_id": 1, "widget_type": "points_issued", "title": "t",'
        f' "position": 1, "is_visible": true, "config": {config}}}\n'
        for number, config in enumerate(configs, start=1)
    ]
    source = write_source(tmp_path)
    (source / "dashboard_widgets.jsonl").write_text("".join(lines))
    files = recount(source, window_days=[])
    sizes = [path for path in files if "/analytics/" in path and "days=" in path]
    assert [path for path in sizes if "forecast" not in path] == [
        f"{ROOT}/analytics/points_trend/days=14.json"
    ]
    assert recount_fallbacks(source) == [(1, 2, "days"), (1, 2, "limit")]
    assert (
        '"config": {\n    "a": {\n      "c": -0,\n      "d": 1E2\n    },\n'
        '    "b": 1.10,\n    "days": 14\n  },'
    ) in files[f"{ROOT}/dashboard-widgets/1/index.json"].decode()


@pytest.mark.parametrize("file_format", ["csv", "jsonl", "parquet"])
def test_datasets_hold_every_reason_and_repeat(tmp_path: Path, file_format: FileFormat) -> None:
    """The generator breaks every rule it can, the same way each time; clean ones stay clean."""
    for name in ("one", "two"):
        write_dataset(tmp_path / name, 0, file_format=file_format)
    write_dataset(tmp_path / "clean", 0, file_format=file_format, dirty=False)
    quarantined = recount_manifest(tmp_path / "one")["quarantined"]
    everywhere = {"invalid_value", "duplicate_id"}
    tenant = everywhere | {"unknown_website"}
    event = tenant | {"unknown_client", "website_mismatch"}
    member = {"unknown_campaign", "unknown_client", "website_mismatch"}
    member |= {"unknown_arm", "conflicting_arms"}
    assert {entity: set(reasons) for entity, reasons in quarantined.items()} == {
        "websites": everywhere,
        "clients": tenant,
        "loyalty_tiers": tenant,
        "redemption_categories": tenant,
        "redemption_items": tenant | {"unknown_category"},
        "redemption_requests": event | {"unknown_item", "unknown_status"},
        "loyalty_transactions": event | {"unknown_type", "sign_mismatch"},
        "wallet_conversions": event,
        "dashboard_widgets": tenant | {"unknown_widget_type"},
        "orders": event,
        "campaigns": tenant,
        "campaign_members": everywhere | member,
    }
    for entity in KINDS:
        file = f"{entity}.{file_format}"
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()
    assert recount_manifest(tmp_path / "clean", as_of=mid_history())["quarantined"] == {}


@pytest.mark.parametrize("path", ROOM, ids=lambda path: path.stem)
def test_the_recount_shares_no_code_with_the_pipeline(path: Path) -> None:
    names = {
        alias.name if isinstance(node, ast.Import) else node.module
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    ours = {name for name in names if name.startswith(("orchestration", "api_export", "support"))}
    assert all(name.startswith("support.recount") for name in ours)
