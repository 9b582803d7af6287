"""A small programme as folders of files in every format, and its ledger as it arrives in raw."""

import csv
import gzip
import io
import json
from collections.abc import Callable
from pathlib import Path

import duckdb
import pyarrow as pa

from orchestration.pull.load_raw import load_raw
from orchestration.sources import open_source
from support.replay import DEFAULTS

Table = list[dict[str, str]]


PROGRAMME: dict[str, Table] = {
    "websites": [{"id": "1", "name": 'Café; or\tnot, "quoted"'}, {"id": "2", "name": "two\nlines"}],
    "clients": [{"id": str(n), "website_id": str(1 + n % 2)} for n in range(1, 9)],
    "loyalty_tiers": [{"id": "1", "website_id": "1", "name": "Gold", "threshold": "100"}],
    "loyalty_transactions": [
        {
            "id": str(n),
            "website_id": str(1 + n % 2),
            "client_id": str(1 + n % 8),
            "points": str(n),
            "transaction_type": "add",
            "reason": "naïve, ; 🎁" if n % 3 else "",
            "timestamp": f"2024-0{1 + n % 3}-01 10:00:00",
            "shelf": f"s{n}",
        }
        for n in range(1, 41)
    ],
    "redemption_categories": [{"id": "1", "website_id": "1", "name": "Food"}],
    "redemption_items": [
        {"id": "1", "website_id": "1", "category_id": "1", "name": "Tea", "points_required": "5"}
    ],
    "redemption_requests": [
        {
            "id": "1",
            "website_id": "1",
            "client_id": "2",
            "item_id": "1",
            "points_used": "5",
            "status": "pending",
            "requested_at": "2024-02-01 10:00:00",
        }
    ],
}


LEDGER = "loyalty_transactions"


def csv_text(rows: Table, delimiter: str = ",", header: Callable[[str], str] = str) -> str:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow(map(header, rows[0]))
    writer.writerows(row.values() for row in rows)
    return text.getvalue()


def jsonl_text(rows: Table) -> str:
    return "".join(f"{json.dumps({k: v or None for k, v in row.items()})}\n" for row in rows)


def parquet_table(rows: Table) -> pa.Table:
    return pa.table({name: [row[name] or None for row in rows] for name in rows[0]})


def write_programme(folder: Path, programme: dict[str, Table] = PROGRAMME) -> Path:
    folder.mkdir(exist_ok=True)
    for entity, rows in programme.items():
        (folder / f"{entity}.csv").write_text(csv_text(rows), newline="")
    return folder


def ledger_of(folder: Path, mapping: Path | None = None) -> list[tuple]:
    """The ledger as it arrives in raw, as text; and the other entities are there too."""
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        load_raw(connection, open_source(f"files:{folder}", folder, mapping), DEFAULTS)
        assert len(connection.table("raw.clients")) == 8
        assert connection.execute("select name from raw.websites order by id").fetchall() == [
            (row["name"],) for row in PROGRAMME["websites"]
        ]
        return connection.execute(
            "select cast(columns(* exclude (_copy_number)) as varchar)"
            f" from raw.{LEDGER} order by try_cast(id as int), _line"
        ).fetchall()


def packed(content: bytes, suffix: str) -> bytes:
    if suffix.endswith(".gz"):
        return gzip.compress(content)
    return pa.compress(content, "zstd", asbytes=True) if suffix.endswith(".zst") else content
