"""Sources of a few rows, written by hand for what a test proves; unless told, of one website."""

import json
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

Row = dict[str, Any]
REQUIRED: dict[str, list[Row]] = {
    "websites": [{"id": 1, "name": "Shop", "timezone": "UTC"}],
    "clients": [],
    "loyalty_tiers": [],
    "loyalty_transactions": [],
    "redemption_categories": [{"id": 1, "website_id": 1, "name": "Cash"}],
    "redemption_items": [
        {"id": 1, "website_id": 1, "category_id": 1, "name": "Credit", "points_required": 5}
    ],
    "redemption_requests": [],
}


def write_source(directory: Path, **entities: Iterable[Row]) -> Path:
    """Write the entities, and each required one that isn't given as it stands above."""
    for entity, rows in {**REQUIRED, **entities}.items():
        lines = [json.dumps(row) + "\n" for row in rows]
        (directory / f"{entity}.jsonl").write_text("".join(lines), encoding="utf-8")
    return directory


def clients(*ids: int) -> list[Row]:
    """Clients of whom nothing is known."""
    return [{"id": client, "website_id": 1} for client in ids]


def ledger(*entries: tuple[int, str, int, str]) -> list[Row]:
    """Transactions of (client, type, points, time); a date is its noon."""
    return [
        {
            "id": number,
            "website_id": 1,
            "client_id": client,
            "transaction_type": kind,
            "points": points,
            "timestamp": moment(at),
        }
        for number, (client, kind, points, at) in enumerate(entries, start=1)
    ]


def fulfilled(*entries: tuple[int, int, int, str]) -> list[Row]:
    """Fulfilled requests of (client, item, points_used, time); a date is its noon."""
    return [
        {
            "id": number,
            "website_id": 1,
            "client_id": client,
            "item_id": item,
            "points_used": points,
            "status": "fulfilled",
            "requested_at": moment(at),
        }
        for number, (client, item, points, at) in enumerate(entries, start=1)
    ]


def moment(at: str | date) -> str:
    """A time as it stands, and noon of a date."""
    text = str(at)
    return f"{text}T12:00:00Z" if len(text) == len("2024-01-01") else text


def old_clients(*ids: int) -> list[Row]:
    """Clients who joined in the last century."""
    return [{**client, "date_joined": moment("1999-01-01")} for client in clients(*ids)]


def orders(*entries: tuple[int, str, str | None, str]) -> list[Row]:
    """Orders of (client, amount, margin, time); a date is its noon."""
    return [
        {
            "id": number,
            "website_id": 1,
            "client_id": client,
            "amount": amount,
            "margin": margin,
            "ordered_at": moment(at),
        }
        for number, (client, amount, margin, at) in enumerate(entries, start=1)
    ]


def campaign(number: int, first: str, last: str, **values: object) -> Row:
    """A campaign from one time to another; of a date they are its noon."""
    times = {"starts_at": moment(first), "ends_at": moment(last)}
    return {"id": number, "website_id": 1, "name": f"c{number}", **times, **values}


def campaign_members(number: int, ids: Iterable[int], arm: str | None = None) -> list[Row]:
    """Clients of one arm of a campaign."""
    return [{"campaign_id": number, "client_id": client, "arm": arm} for client in ids]
