"""Validated rows (source-contract.md, "Rows that break the contract")."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from support.recount.cells import read_entity
from support.recount.contract import (
    AFTER_LAST_EVENT,
    CONTRACT,
    EVENT_POINTS,
    EVENT_TIME,
    FIRST_EVENT,
    MADE_WIDGET_IDS,
    NOT_NEGATIVE,
    STATUSES,
    TRANSACTION_TYPES,
    VALIDATION_ORDER,
    WIDGET_TITLES,
    Cells,
    Column,
    Row,
    UnusableSourceError,
)
from support.recount.strict_json import compact
from support.recount.values import read_row


@dataclass
class Validated:
    """The valid rows by entity and id, the quarantined rows counted, the entities not there."""

    valid: dict[str, dict[int, Row]]
    quarantined: dict[str, Counter[str]]
    absent: set[str]


def _is_invalid(entity: str, row: Row) -> bool:
    """Reason 1."""
    if any(row[column.name] is None for column in CONTRACT[entity] if column.required):
        return True
    if any(row[name] < 0 for name in NOT_NEGATIVE.get(entity, ())):
        return True
    if entity == "dashboard_widgets" and row["id"] in MADE_WIDGET_IDS:
        return True
    if entity in EVENT_TIME:
        return not FIRST_EVENT <= row[EVENT_TIME[entity]] < AFTER_LAST_EVENT
    return False


def _rank(entity: str, row: Row) -> tuple[Any, ...]:
    """Reason 2: of rows with one id, the one with the greatest rank stays."""
    first: list[Any] = []
    if entity in EVENT_TIME:
        first = [row[EVENT_TIME[entity]], row[EVENT_POINTS[entity]]]
    if entity == "dashboard_widgets":
        first = [-row["position"]]
    return (*first, *(_comparable(column, row[column.name]) for column in CONTRACT[entity]))


def _comparable(column: Column, value: object) -> tuple[Any, ...]:
    """Null is least; a config is compared by its compact text with sorted keys."""
    if value is None:
        return (0,)
    return (1, compact(value) if column.kind == "json" else value)


def _later_reason(entity: str, row: Row, valid: dict[str, dict[int, Row]]) -> str | None:
    """Reasons 3 to 9, in their order."""
    if entity == "websites":
        return None
    website = row["website_id"]
    if website not in valid["websites"]:
        return "unknown_website"
    if "category_id" in row:
        category = valid["redemption_categories"].get(row["category_id"])
        if category is None or category["website_id"] != website:
            return "unknown_category"
    if "client_id" in row:
        client = valid["clients"].get(row["client_id"])
        if client is None:
            return "unknown_client"
        if client["website_id"] != website:
            return "website_mismatch"
    if "item_id" in row:
        item = valid["redemption_items"].get(row["item_id"])
        if item is None or item["website_id"] != website:
            return "unknown_item"
    return _own_reason(row)


def _own_reason(row: Row) -> str | None:
    """Reasons 8 and 9, which look at the row alone."""
    if "transaction_type" in row:
        if row["transaction_type"] not in TRANSACTION_TYPES:
            return "unknown_type"
        is_add = row["transaction_type"] == "add"
        if (is_add and row["points"] < 0) or (not is_add and row["points"] > 0):
            return "sign_mismatch"
    if "status" in row and row["status"] not in STATUSES:
        return "unknown_status"
    if "widget_type" in row and row["widget_type"] not in WIDGET_TITLES:
        return "unknown_widget_type"
    return None


def _validate_entity(
    entity: str, rows: list[Cells | None], valid: dict[str, dict[int, Row]]
) -> tuple[dict[int, Row], Counter[str]]:
    reasons: Counter[str] = Counter()
    readable: dict[int, list[Row]] = defaultdict(list)
    for cells in rows:
        row = None if cells is None else read_row(entity, cells)
        if row is None or _is_invalid(entity, row):
            reasons["invalid_value"] += 1
        else:
            readable[row["id"]].append(row)
    kept: dict[int, Row] = {}
    for row_id, twins in readable.items():
        if len(twins) > 1:
            reasons["duplicate_id"] += len(twins) - 1
        row = max(twins, key=lambda twin: _rank(entity, twin))
        reason = _later_reason(entity, row, valid)
        if reason is None:
            kept[row_id] = row
        else:
            reasons[reason] += 1
    return kept, reasons


def zone_of(name: str | None) -> ZoneInfo:
    try:
        return ZoneInfo("UTC" if name is None else name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UnusableSourceError(f"unknown timezone {name!r}") from error


def local_time(instant: datetime, zone: ZoneInfo) -> datetime:
    """The instant on the website's clock; what no calendar date holds stays at the edge."""
    try:
        return instant.astimezone(zone)
    except OverflowError:
        return instant


def validate(source: Path) -> Validated:
    """Every row of the source validated, and events given their business date (metrics.md)."""
    validated = Validated({}, {}, set())
    for entity in VALIDATION_ORDER:
        rows = read_entity(source, entity)
        if rows is None:
            validated.absent.add(entity)
        kept, reasons = _validate_entity(entity, rows or [], validated.valid)
        validated.valid[entity] = kept
        validated.quarantined[entity] = reasons
    zones = {row["id"]: zone_of(row["timezone"]) for row in validated.valid["websites"].values()}
    for entity, time_column in EVENT_TIME.items():
        for row in validated.valid[entity].values():
            row["local"] = local_time(row[time_column], zones[row["website_id"]])
            row["date"] = row["local"].date()
    for client in validated.valid["clients"].values():
        joined = client["date_joined"]
        zone = zones[client["website_id"]]
        client["joined_on"] = None if joined is None else local_time(joined, zone).date()
    return validated
