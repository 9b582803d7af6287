"""Hostile values: each costs its own row at most, and reaches no SQL, no path and no other row."""

import csv
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import duckdb
import pyarrow
import pyarrow.parquet
import pytest
import simplejson
from support.commands import Loyalty
from support.replay import Replay
from support.workspaces import read_files

FORMATS = ("csv", "jsonl", "parquet")
SURROGATE = "half \ud800 a pair"
TEXTS = (
    "'; drop table raw.clients; --",
    '" or ""="',
    "$$; attach 'elsewhere.duckdb' $$",
    "../../../escaped",
    "{{ 1 / 0 }} %s {0}",
    "<script>alert(1)</script>",
    "nothing\0after",
    "\u202egnp.exe",
    "line\nbreak\r\nand\u2028more",
    "NaN",
    "x" * 1_000_000,
)
NO_IDS = ("NaN", "Infinity", "1e3", "0x10", "1; drop", 2**63, -(2**63) - 1, 10**40, "", "١٢")
IDS = (-5, 0, 2**62, -(2**63), 2**63 - 1)
NO_POINTS = ("NaN", 2**31, -(2**31) - 1, 10**40, "1.5", "ten", " 1")
NO_INSTANTS = (
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z",
    "1969-12-31T23:59:59Z",
    "2200-01-01T00:00:00Z",
    "-infinity",
    "NaN",
    "2024-02-30T00:00:00Z",
)
PLAIN = {
    "website_id": 1,
    "client_id": 1,
    "points": 1,
    "transaction_type": "add",
    "timestamp": "2024-03-01T10:00:00Z",
}

NO_AMOUNTS = ("NaN", "1e3", "1,5", "10000000000.00", "0.001", "-", "1 000")
PLAIN_ORDER = {"website_id": 1, "client_id": 1, "ordered_at": PLAIN["timestamp"], "amount": "-1.5"}


def rows_of(texts: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
    """A plain programme, with every hostile value in a row of its own."""
    ledger = [{"id": 100 + number, **PLAIN} for number in range(20)]
    ledger += [{"id": value, **PLAIN} for value in (*NO_IDS, *IDS)]
    broken = [{"points": value} for value in NO_POINTS]
    broken += [{"timestamp": value} for value in NO_INSTANTS]
    broken += [{"transaction_type": text} for text in texts]
    ledger += [{"id": 200 + at, **PLAIN, **fields} for at, fields in enumerate(broken)]
    ledger += [{"id": 300 + at, **PLAIN, "reason": text} for at, text in enumerate(texts)]
    names = list(enumerate(texts, start=10))
    return {
        "websites": [{"id": 1, "name": "Plain"}, *({"id": at, "name": name} for at, name in names)],
        "clients": [{"id": 1, "website_id": 1}],
        "loyalty_tiers": [
            {"id": at, "website_id": 1, "name": name, "threshold": at} for at, name in names
        ],
        "loyalty_transactions": ledger,
        "redemption_categories": [{"id": at, "website_id": 1, "name": name} for at, name in names],
        "redemption_items": [
            {"id": at, "website_id": 1, "category_id": at, "name": name, "points_required": 1}
            for at, name in names
        ],
        "redemption_requests": [
            {
                "id": at,
                "website_id": 1,
                "client_id": 1,
                "item_id": at,
                "points_used": 1,
                "status": "fulfilled",
                "requested_at": PLAIN["timestamp"],
            }
            for at, _ in names
        ],
        "dashboard_widgets": [
            {
                "id": at,
                "website_id": 1,
                "widget_type": "points_issued",
                "title": name,
                "position": at,
                "is_visible": True,
                "config": {name[:99]: name},
            }
            for at, name in names
        ],
        "orders": [
            {"id": 100 + at, **PLAIN_ORDER, column: value}
            for at, (column, value) in enumerate(
                [("id", value) for value in (*NO_IDS, *IDS)]
                + [("amount", value) for value in NO_AMOUNTS]
                + [("margin", text) for text in texts]
            )
        ],
        "campaigns": [
            {
                **{"id": at, "website_id": 1, "name": name, "planned_treatment_share": name},
                **{"starts_at": PLAIN["timestamp"], "ends_at": PLAIN["timestamp"], "cost": name},
            }
            for at, name in names
        ],
        "campaign_members": [
            *({"campaign_id": at, "client_id": 1} for at, _ in names),
            *({"campaign_id": value, "client_id": value} for value in NO_IDS),
            *({"campaign_id": 10, "client_id": 1, "arm": text} for text in texts),
        ],
    }


def write(folder: Path, entity: str, rows: list[dict[str, Any]], file_format: str) -> None:
    path = folder / f"{entity}.{file_format}"
    columns = list({column: None for row in rows for column in row})
    match file_format:
        case "csv":
            with path.open("w", encoding="utf-8-sig", errors="surrogatepass", newline="") as file:
                writer = csv.writer(file)  # ends lines with CRLF
                writer.writerow(columns)
                writer.writerows([[as_text(row.get(name)) for name in columns] for row in rows])
        case "jsonl":
            path.write_text("".join(json.dumps(row) + "\n" for row in rows))
        case "parquet":
            texts = {name: [as_text(row.get(name)) for row in rows] for name in columns}
            pyarrow.parquet.write_table(pyarrow.table(texts), path)


def as_text(value: Any) -> str | None:
    return value if isinstance(value, str | None) else json.dumps(value)


@pytest.mark.parametrize("file_format", FORMATS)
def test_a_hostile_value_costs_its_own_row_at_most(
    file_format: str, replay: Replay, tmp_path: Path
) -> None:
    texts = TEXTS if file_format == "parquet" else (*TEXTS, SURROGATE)  # Parquet can't hold it
    source = tmp_path / 'it\'s a "folder"; drop table x --'
    source.mkdir()
    rows = rows_of(texts)
    for entity, delivered in rows.items():
        write(source, entity, delivered, file_format)
    before = read_files(source)

    scratch = tmp_path / "scratch"
    scratch.mkdir()
    export = replay.export(source, scratch)

    assert read_files(source) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([source.name, "scratch"])
    assert sorted(path.name for path in scratch.iterdir()) == ["export", "marts.duckdb"]
    with duckdb.connect(str(scratch / "marts.duckdb"), read_only=True) as marts:
        quarantined = marts.execute(
            "select entity, reason, count(*) from quarantined_rows group by all order by all"
        ).fetchall()
        (valid,) = marts.execute("select sum(transactions) from fct_client_days").fetchone()
        names = dict(
            marts.execute("select item_id, item_name from dim_redemption_items").fetchall()
        )
        websites = dict(
            marts.execute("select website_id, website_name from dim_websites").fetchall()
        )

    lost = len(texts) - len(TEXTS)  # a lone surrogate is no text, so each of its rows is broken
    lost_lines = lost if file_format == "csv" else 0  # a value may be null there, a line may not
    unreadable = len(NO_IDS) + len(NO_POINTS) + len(NO_INSTANTS)
    assert quarantined == sorted(
        row
        for row in [
            ("campaign_members", "invalid_value", len(NO_IDS) + lost_lines),
            ("campaign_members", "duplicate_id", lost - lost_lines),  # no arm is treatment
            ("campaign_members", "unknown_arm", len(TEXTS)),
            ("campaign_members", "unknown_campaign", lost),
            ("campaigns", "invalid_value", lost),
            ("dashboard_widgets", "invalid_value", lost),
            ("loyalty_tiers", "invalid_value", lost),
            ("loyalty_transactions", "invalid_value", unreadable + lost + lost_lines),
            ("loyalty_transactions", "unknown_type", len(TEXTS)),
            ("orders", "invalid_value", len(NO_IDS) + len(NO_AMOUNTS) + lost_lines),
            ("redemption_categories", "invalid_value", lost),
            ("redemption_items", "invalid_value", lost),
            ("redemption_requests", "unknown_item", lost),
            ("websites", "invalid_value", lost),
        ]
        if row[2]
    )
    assert valid == len(rows["loyalty_transactions"]) - sum(
        count for entity, _, count in quarantined if entity == "loyalty_transactions"
    )
    expected = dict(enumerate(TEXTS, start=10))
    assert names == expected
    assert websites == expected | {1: "Plain"}
    top = export.version / "1/api/v1/loyalty-management/analytics/top_redemptions/limit=25.json"
    assert {row["name"] for row in simplejson.loads(top.read_bytes())} == set(TEXTS)


@pytest.mark.parametrize("file_format", FORMATS)
def test_a_file_that_ends_in_the_middle_loses_no_row_in_silence(
    file_format: str, loyalty: Loyalty, tmp_path: Path
) -> None:
    source = tmp_path / "source"
    source.mkdir()
    for entity, delivered in rows_of(TEXTS[:3]).items():
        write(source, entity, delivered, file_format)
    ledger = source / f"loyalty_transactions.{file_format}"
    ledger.write_bytes(ledger.read_bytes()[:-7])

    told = loyalty("source", "--source", f"files:{source}")

    if file_format == "parquet":
        assert told.returncode == 2
        assert "loyalty_transactions.parquet can't be read" in told.stderr
    else:
        assert told.returncode == 0, told.stderr
        rows = len(rows_of(TEXTS[:3])["loyalty_transactions"])
        assert f"rows        {rows}, " in told.stdout
