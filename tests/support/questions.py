"""Questions to the published marts that the export answers too, for every client to be asked.

Their answers hold what clients lose: an id beyond 2⁵³, rates whose last decimal is 0, dates, nulls
and names that attack.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import simplejson

from support.servers import ROOT

Texts = list[list[str | None]]
WEBSITE = 1
ITEM_KEYS = ("id", "name", "affordable_rate", "last_redeemed", "is_active")


@dataclass(frozen=True)
class Question:
    """SQL, and the payload's answer: each value as the text that it has in JSON."""

    sql: str
    answer: Texts


def questions(export: Path) -> dict[str, Question]:
    """A report's rows, and what a table macro says of a range."""
    return {"report": _of_items(export), "table macro": _of_record(export)}


def payload(export: Path, path: str) -> Any:
    """What a file of the website says, digit by digit."""
    content = (export / str(WEBSITE) / ROOT / "analytics" / path).read_bytes()
    return simplejson.loads(content, use_decimal=True)


def as_texts(rows: Iterable[Iterable[Any]]) -> Texts:
    """Each value as the text that shows all of its digits."""
    return [[None if value is None else str(value) for value in row] for row in rows]


def _of_items(export: Path) -> Question:
    items = payload(export, "item_performance/index.json")
    return Question(
        f"select {', '.join(ITEM_KEYS)} from reports.rpt_item_performance"
        f" where website_id = {WEBSITE} order by redemptions_365 desc, id",
        as_texts([item[key] for key in ITEM_KEYS] for item in items),
    )


def _of_record(export: Path) -> Question:
    record = payload(export, "index.json")[0]
    return Question(
        "select * from calculate_analytics"
        f"({WEBSITE}, '{record['date_from']}', '{record['date_to']}')",
        as_texts([record.values()]),
    )
