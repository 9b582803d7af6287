"""Validated rows (source-contract.md, "Rows that break the contract")."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from support.recount.cells import read_entity
from support.recount.contract import (
    AFTER_LAST_EVENT,
    ARMS,
    BOUNDED_TIME,
    CONTRACT,
    FIRST_EVENT,
    MADE_WIDGET_IDS,
    NOT_NEGATIVE,
    RANKED_FIRST,
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
    """The valid rows by entity and id, the others with their reasons, the entities not there.

    A campaign's members have two ids: campaign and client. Named are those of every row that has
    both, valid or not.
    """

    valid: dict[str, dict[Any, Row]]
    quarantined: dict[str, list[tuple[str, Row]]]
    absent: set[str]
    named_members: set[tuple[int, int]]


def _is_invalid(entity: str, row: Row) -> bool:
    """Reason 1."""
    if any(row[column.name] is None for column in CONTRACT[entity] if column.required):
        return True
    if any(row[name] < 0 for name in NOT_NEGATIVE.get(entity, ())):
        return True
    if entity == "dashboard_widgets" and row["id"] in MADE_WIDGET_IDS:
        return True
    if entity == "campaigns" and row["ends_at"] < row["starts_at"]:
        return True
    if entity in BOUNDED_TIME:
        return not FIRST_EVENT <= row[BOUNDED_TIME[entity]] < AFTER_LAST_EVENT
    return False


def _rank(entity: str, row: Row) -> tuple[Any, ...]:
    """Reason 2: of rows with one id, the one with the greatest rank stays."""
    first = [row[name] for name in RANKED_FIRST.get(entity, ())]
    if entity == "dashboard_widgets":
        first = [-row["position"]]
    return (*first, *(_comparable(column, row[column.name]) for column in CONTRACT[entity]))


def _comparable(column: Column, value: object) -> tuple[Any, ...]:
    """Null is least; a config is compared by its compact text with sorted keys."""
    if value is None:
        return (0,)
    return (1, compact(value) if column.kind == "json" else value)


def _later_reason(entity: str, row: Row, valid: dict[str, dict[Any, Row]]) -> str | None:
    """Reasons 3 to 9, in their order, but for members that contradict each other."""
    if entity == "websites":
        return None
    if entity == "campaign_members":
        campaign = valid["campaigns"].get(row["campaign_id"])
        if campaign is None:
            return "unknown_campaign"
        website = campaign["website_id"]
    else:
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
    if "arm" in row and row["arm"] not in ARMS:
        return "unknown_arm"
    return None


def _id_of(entity: str, row: Row) -> Any:
    """What rows have in common of which one stays: the id; of members all that they say."""
    if entity == "campaign_members":
        return (row["campaign_id"], row["client_id"], row["arm"])
    return row["id"]


def _without_conflicts(
    members: dict[Any, Row], quarantined: list[tuple[str, Row]]
) -> dict[Any, Row]:
    """The members by campaign and client, of which none is in both arms."""
    arms = Counter((campaign, client) for campaign, client, _ in members)
    single = {}
    for (campaign, client, _), row in members.items():
        if arms[campaign, client] == 1:
            single[campaign, client] = row
        else:
            quarantined.append(("conflicting_arms", row))
    return single


def _validate_entity(
    entity: str, rows: list[Cells | None], valid: dict[str, dict[Any, Row]]
) -> tuple[dict[Any, Row], list[tuple[str, Row]]]:
    quarantined: list[tuple[str, Row]] = []
    readable: dict[Any, list[Row]] = defaultdict(list)
    for cells in rows:
        row = None if cells is None else read_row(entity, cells)
        if row is None or _is_invalid(entity, row):
            quarantined.append(("invalid_value", row or {}))
        else:
            readable[_id_of(entity, row)].append(row)
    kept: dict[Any, Row] = {}
    for row_id, twins in readable.items():
        row = max(twins, key=lambda twin: _rank(entity, twin))
        quarantined += [("duplicate_id", twin) for twin in twins if twin is not row]
        reason = _later_reason(entity, row, valid)
        if reason is None:
            kept[row_id] = row
        else:
            quarantined.append((reason, row))
    if entity == "campaign_members":
        kept = _without_conflicts(kept, quarantined)
    return kept, quarantined


def _named_members(rows: list[Cells | None]) -> set[tuple[int, int]]:
    """Campaign and client of each delivered member, whatever else its row says."""
    read = [read_row("campaign_members", cells) for cells in rows if cells is not None]
    named = {(row["campaign_id"], row["client_id"]) for row in read}
    return {pair for pair in named if None not in pair}


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


def _dates_of(campaign: Row, zone: ZoneInfo) -> tuple[date, date]:
    """First and last date: an end at midnight is of the day before, but not before the first."""
    first = local_time(campaign["starts_at"], zone).date()
    end = local_time(campaign["ends_at"], zone)
    is_midnight = end.time() == time() and end.date() > first
    return first, end.date() - timedelta(days=1) if is_midnight else end.date()


def validate(source: Path) -> Validated:
    """Every row of the source validated, events and campaigns with their dates (metrics.md)."""
    validated = Validated({}, {}, set(), set())
    for entity in VALIDATION_ORDER:
        rows = read_entity(source, entity)
        if rows is None:
            validated.absent.add(entity)
        kept, others = _validate_entity(entity, rows or [], validated.valid)
        validated.valid[entity] = kept
        validated.quarantined[entity] = others
        if entity == "campaign_members":
            validated.named_members = _named_members(rows or [])
    zones = {row["id"]: zone_of(row["timezone"]) for row in validated.valid["websites"].values()}
    for entity, time_column in BOUNDED_TIME.items():
        for row in validated.valid[entity].values():
            row["local"] = local_time(row[time_column], zones[row["website_id"]])
            row["date"] = row["local"].date()
    for row in validated.valid["campaigns"].values():
        row["date_from"], row["date_to"] = _dates_of(row, zones[row["website_id"]])
    for client in validated.valid["clients"].values():
        joined = client["date_joined"]
        zone = zones[client["website_id"]]
        client["joined_on"] = None if joined is None else local_time(joined, zone).date()
    return validated
