"""`loyalty source`: what a person sees of a source, and what it costs to look."""

import subprocess
from pathlib import Path
from typing import Any

import click.testing
import pytest

from orchestration.cli.main import commands
from orchestration.quality.describe import describe_source
from orchestration.sources import open_source
from orchestration.transform import compiled_models

LEDGER = "id,website_id,client_id,points,transaction_type,timestamp,is_deleted\n"
FILES = {
    "websites": "id,name,timezone\n1,Shop,UTC\n",
    "clients": "id,website_id,loyalty_points,tier_id,date_joined,deletedAt\n1,1,,,,\n2,1,,,,\n",
    "loyalty_tiers": "id,website_id,name,threshold\n1,1,Gold,10\n",
    "redemption_categories": "id,website_id,name\n1,1,Food\n",
    "redemption_items": "id,website_id,category_id,name,points_required\n1,1,1,Tea,5\n",
    "redemption_requests": "id,website_id,client_id,item_id,points_used,status,requested_at\n"
    "1,1,1,1,5,done,2024-01-01 00:00:00Z\n",
    "dashboard_widgets": "id,website_id,widget_type,title,position,is_visible,config\n"
    "1,1,pie,Pie,1,maybe,{\n2,1,pie,Pie,1,yes,{}\n",
}


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A programme as CSV files, without its ledger."""
    folder = tmp_path / "source"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / f"{name}.csv").write_text(text)
    return folder


def shown(source: Path, ledger: list[str], mapping: str = "", columns: int = 80) -> dict[str, str]:
    """What `loyalty source` shows of each entity, its lines joined."""
    (source / "loyalty_transactions.csv").write_text(LEDGER + "".join(f"{row}\n" for row in ledger))
    environment: dict[str, Any] = {"COLUMNS": str(columns)}
    if mapping:
        (source / "mapping.yaml").write_text(mapping)
        environment["LOYALTY_MAPPING"] = str(source / "mapping.yaml")
    done = click.testing.CliRunner().invoke(
        commands, ["source", "--source", f"files:{source}"], env=environment
    )
    assert done.exit_code == 0, done.output
    lines = [line for line in done.output.splitlines() if line.startswith("  ")]
    assert max(map(len, lines)) <= columns
    blocks = done.output.split("\n\n")[1:]
    return {block.split("\n")[0]: " ".join(block.split()) for block in blocks}


def row(number: int, points: object, name: str, when: str = "2024-01-01 00:00:00Z") -> str:
    return f"{number},1,1,{points},{name},{when},0"


def test_each_entity_is_a_block_of_its_own_with_what_it_accepts(source: Path) -> None:
    blocks = shown(source, [row(1, 5, "add"), row(2, -5, "redeem", "2024-02-01 00:00:00Z")])
    assert list(blocks) == [
        *("websites", "clients", "loyalty_tiers", "loyalty_transactions", "redemption_categories"),
        *("redemption_items", "redemption_requests", "wallet_conversions", "dashboard_widgets"),
        *("orders", "campaigns", "campaign_members"),
    ]
    ledger = blocks["loyalty_transactions"]
    assert "from loyalty_transactions.csv" in ledger
    assert "rows 2, 2024-01-01 00:00:00Z to 2024-02-01 00:00:00Z" in ledger
    assert "absent reason, redemption_request_id" in ledger
    assert "transaction_type add (points ≥ 0), redeem and deduct (points ≤ 0)" in ledger
    assert "quarantined" not in ledger
    assert "status pending, approved, fulfilled, rejected" in blocks["redemption_requests"]
    assert "unknown_status 1: status 'done'" in blocks["redemption_requests"]
    assert "widget_type points_issued, redemptions_trend" in blocks["dashboard_widgets"]
    assert "unknown_widget_type 1: widget_type 'pie'" in blocks["dashboard_widgets"]
    assert blocks["wallet_conversions"] == "wallet_conversions from absent"


def test_lines_keep_to_the_terminal_and_names_stay_whole(source: Path) -> None:
    for columns in (40, 80, 200):
        assert "loyalty_transactions" in shown(source, [row(1, 5, "add")], columns=columns)


def test_three_values_are_shown_for_each_reason_those_of_most_rows_first(source: Path) -> None:
    names = ["b", "a", "c", "a", "d"]
    ledger = shown(source, [row(n, 5, name) for n, name in enumerate(names)])[
        "loyalty_transactions"
    ]
    assert "quarantined 5 rows, 100.0%" in ledger
    assert "unknown_type 5: transaction_type 'a', 'b', 'c' hint" in ledger


def test_values_that_can_not_be_read_are_told_by_column(source: Path) -> None:
    blocks = shown(
        source,
        [
            row(1, "12.50", "add"),
            row(2, "", "add"),
            row(5, 5, "add", "2024-01-01 00:00:00 UTC"),
            row(3, 5, "add", "2250-01-01 00:00:00Z"),
            "4,1,1",
        ],
    )
    ledger = blocks["loyalty_transactions"]
    assert "invalid_value 5: line '4,1,1' points '12.50', null (takes a whole number)" in ledger
    assert (
        "timestamp '2250-01-01 00:00:00Z', '2024-01-01 00:00:00 UTC' (takes 2024-03-31 12:00:00,"
        " and Z or an offset where it is not UTC; 1970 to 2199)"
    ) in ledger
    widgets = blocks["dashboard_widgets"]
    assert "is_visible 'maybe' (takes true or false, 1 or 0)" in widgets


def test_orders_and_campaigns_are_shown_like_the_others(source: Path) -> None:
    (source / "orders.csv").write_text(
        "id,website_id,client_id,ordered_at,amount,currency\n"
        "1,1,1,2024-01-01 00:00:00Z,9.90,EUR\n2,1,1,2024-01-02 00:00:00Z,-9.90,EUR\n"
        "3,1,1,1024-01-02 00:00:00Z,1.234,EUR\n4,1,1,2024-01-02 00:00:00Z,1.234,EUR\n"
    )
    (source / "campaigns.csv").write_text(
        "id,website_id,name,starts_at,ends_at\n"
        "1,1,Spring,2024-03-01 00:00:00,2024-04-01 00:00:00Z\n"
        "2,1,Autumn,2024-10-01 00:00:00Z,2024-09-01 00:00:00Z\n"
    )
    (source / "campaign_members.csv").write_text(
        "campaign_id,client_id,arm\n1,1,\n1,1,control\n1,2,Control\n1,9,\n2,1,\n"
    )
    blocks = shown(source, [row(1, 5, "add")])
    orders = blocks["orders"]
    assert "rows 4, 1024-01-02 00:00:00Z to 2024-01-02 00:00:00Z" in orders
    assert "absent margin not read currency" in orders
    assert "amount '1.234' (takes a number with at most two decimals)" in orders
    assert "ordered_at '1024-01-02 00:00:00Z' (takes 2024-03-31 12:00:00" in orders
    assert "1970 to 2199)" in orders
    campaigns = blocks["campaigns"]
    assert "ends_at '2024-09-01 00:00:00Z' (takes 2024-03-31 12:00:00" in campaigns
    assert "not before starts_at)" in campaigns
    assert "hint starts_at has no zone, as in '2024-03-01 00:00:00'" in campaigns
    members = blocks["campaign_members"]
    assert "rows 5 absent" not in members
    assert "accepted arm treatment, control" in members
    assert "conflicting_arms 2: arm 'control' (client_id 1), null (client_id 1)" in members
    assert "unknown_arm 1: arm 'Control'" in members
    assert "unknown_campaign 1: campaign_id 2" in members
    assert "unknown_client 1: client_id 9" in members


def test_hostile_values_are_shown_harmlessly(source: Path) -> None:
    ledger = shown(source, [row(1, 5, "\x1b[31m\u202e" + "x" * 5000)])["loyalty_transactions"]
    assert r"'\x1b[31m\u202exxxx" in ledger
    assert len(ledger) < 1500


@pytest.mark.parametrize(
    ("ledger", "mapping", "entity", "hint"),
    [
        ([], "", "loyalty_transactions", "such as where: not is_deleted"),
        ([], "", "clients", "such as where: deletedAt is null"),
        (
            [row(1, 5, "expire"), row(2, 5, "-x")],
            "",
            "loyalty_transactions",
            'transaction_types: {"-x": …, expire: …}, each as add, redeem, deduct or by_sign',
        ),
        ([row(1, 5, "redeem")], "", "loyalty_transactions", "with sign: positive_debits"),
        (
            [row(1, -5, "redeem")],
            "loyalty_transactions: {sign: positive_debits}",
            "loyalty_transactions",
            "arrive as negative numbers: sign: positive_debits is wrong",
        ),
        ([row(1, -5, "add")], "", "loyalty_transactions", "transaction_types: {add: by_sign}"),
        (
            [row(1, "12.50", "add")],
            "",
            "loyalty_transactions",
            "whole numbers, unlike '12.50'; deliver hundredths as points (points × 100)",
        ),
        (
            [row(1, 5, "add", "2024-01-01T00:00:00.5")],
            "",
            "loyalty_transactions",
            "timestamp has no zone, as in '2024-01-01T00:00:00.5': it counts as UTC",
        ),
    ],
)
def test_what_a_person_would_ask_is_hinted_at(
    ledger: list[str], mapping: str, entity: str, hint: str, source: Path
) -> None:
    assert hint in shown(source, ledger, mapping)[entity]


def test_what_is_told_in_a_mapping_is_no_longer_hinted_at(source: Path) -> None:
    mapping = (
        "loyalty_transactions:\n"
        "  where: is_deleted = 0\n"
        "  transaction_types: {expire: deduct, adjust: by_sign}\n"
        "  sign: positive_debits\n"
        "clients: {where: deletedAt is null}\n"
    )
    rows = [row(1, 5, "expire"), row(2, 5, "redeem"), row(3, -5, "adjust")]
    blocks = shown(source, [*rows, row(4, 5, "gone")[:-1] + "1"], mapping)
    for entity in ("loyalty_transactions", "clients"):
        assert "hint" not in blocks[entity]
        assert "not read" not in blocks[entity]
    assert "rows 3," in blocks["loyalty_transactions"]
    assert "expire as deduct, adjust as by_sign" in blocks["loyalty_transactions"]


def test_the_models_validate_without_a_start_of_dbt(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compiled_models.full_build()
    (source / "loyalty_transactions.csv").write_text(LEDGER + row(1, 5, "redeem") + "\n")

    def refuse(*arguments: object, **_: object) -> None:
        raise AssertionError(f"a process was started: {arguments}")

    monkeypatch.setattr(subprocess, "Popen", refuse)
    described = describe_source(open_source(f"files:{source}", tmp_path))
    (ledger,) = [found for found in described if found.entity.name == "loyalty_transactions"]
    assert [(found.reason, found.rows) for found in ledger.quarantined] == [("sign_mismatch", 1)]
