"""An independent recount of every exported file, from the source files, in plain Python.

It reads as directly as metrics.md and source-contract.md do, and shares no code with the
pipeline. Tests compare the export with it byte for byte.
"""

import csv
import hashlib
import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import pyarrow as pa
import pyarrow.parquet as pq
import simplejson

Cells = dict[str, str | None]
Row = dict[str, Any]
Range = tuple[int, date, date]
JsonValue = dict[str, "JsonValue"] | list["JsonValue"] | str | bool | None

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FIRST_EVENT = EPOCH
AFTER_LAST_EVENT = datetime(2200, 1, 1, tzinfo=UTC)
ONE_DAY = timedelta(days=1)
LONGEST_GAP = timedelta(days=3660)


class UnusableSourceError(ValueError):
    """The source stops the run: an entity or column is missing, or a timezone is unknown."""


# --- The contract (source-contract.md) --------------------------------------------------------


class Column(NamedTuple):
    """One column of an entity: its name, the type it is read as, whether null is refused."""

    name: str
    kind: str
    required: bool


def _columns(text: str) -> tuple[Column, ...]:
    """The columns of `name kind, name kind?`, in the contract's order."""
    pairs = [part.split() for part in text.split(",")]
    return tuple(Column(name, kind.rstrip("?"), not kind.endswith("?")) for name, kind in pairs)


CONTRACT: dict[str, tuple[Column, ...]] = {
    "websites": _columns("id int64, name text, timezone text?"),
    "clients": _columns(
        "id int64, website_id int64, loyalty_points int32?, tier_id int64?, date_joined time?"
    ),
    "loyalty_tiers": _columns("id int64, website_id int64, name text, threshold int32"),
    "loyalty_transactions": _columns(
        "id int64, website_id int64, client_id int64, points int32, transaction_type text,"
        "reason text?, timestamp time, redemption_request_id int64?"
    ),
    "redemption_categories": _columns("id int64, website_id int64, name text"),
    "redemption_items": _columns(
        "id int64, website_id int64, category_id int64, name text, points_required int32,"
        "redemption_type text?, is_active bool?"
    ),
    "redemption_requests": _columns(
        "id int64, website_id int64, client_id int64, item_id int64, points_used int32,"
        "status text, requested_at time, approved_at time?, fulfilled_at time?, rejected_at time?"
    ),
    "wallet_conversions": _columns(
        "id int64, website_id int64, client_id int64, points int32, amount decimal,"
        "converted_at time"
    ),
    "dashboard_widgets": _columns(
        "id int64, website_id int64, widget_type text, title text, position int64,"
        "is_visible bool, config json, created_at time?"
    ),
}
MADE_WIDGET_IDS = range(9 * 10**15, 9 * 10**15 + 10**12)
OPTIONAL_ENTITIES = {"wallet_conversions", "dashboard_widgets"}
EVENT_TIME = {
    "loyalty_transactions": "timestamp",
    "redemption_requests": "requested_at",
    "wallet_conversions": "converted_at",
}
EVENT_POINTS = {
    "loyalty_transactions": "points",
    "redemption_requests": "points_used",
    "wallet_conversions": "points",
}
NOT_NEGATIVE = {
    "redemption_requests": ("points_used",),
    "wallet_conversions": ("points", "amount"),
}
REASONS = (
    "invalid_value",
    "duplicate_id",
    "unknown_website",
    "unknown_category",
    "unknown_client",
    "website_mismatch",
    "unknown_item",
    "unknown_type",
    "unknown_status",
    "unknown_widget_type",
    "sign_mismatch",
)
TRANSACTION_TYPES = {"add", "redeem", "deduct"}
STATUSES = {"pending", "approved", "fulfilled", "rejected", "cancelled"}
WIDGET_TITLES = {
    "points_issued": "Points Issued Over Time",
    "redemptions_trend": "Redemptions Trend",
    "tier_distribution": "Loyalty Tier Distribution",
    "top_redemptions": "Top Redemption Items",
    "engagement_rate": "Client Engagement Rate",
    "points_balance": "Points Balance",
    "conversion_rate": "Points to Wallet Conversion",
}
# A row that hangs on a quarantined one falls with it, so parents are validated first.
VALIDATION_ORDER = (
    "websites",
    "clients",
    "loyalty_tiers",
    "redemption_categories",
    "redemption_items",
    "redemption_requests",
    "loyalty_transactions",
    "wallet_conversions",
    "dashboard_widgets",
)

# --- JSON -------------------------------------------------------------------------------------


class NumberText(str):
    """A JSON number as it was delivered."""

    __slots__ = ()


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def parse_json(text: str) -> JsonValue:
    """The value of strict JSON, numbers as NumberText; raises ValueError for anything else."""
    return json.loads(
        text, parse_int=NumberText, parse_float=NumberText, parse_constant=_refuse_constant
    )


def _as_written(value: JsonValue) -> object:
    """A parsed value ready for simplejson: keys sorted at every level, numbers as delivered."""
    if isinstance(value, dict):
        return {key: _as_written(value[key]) for key in sorted(value)}
    if isinstance(value, list):
        return [_as_written(part) for part in value]
    if isinstance(value, NumberText):
        return simplejson.RawJSON(str(value))
    return value


def _compact(value: JsonValue) -> str:
    return simplejson.dumps(_as_written(value), separators=(",", ":"), ensure_ascii=False)


def to_bytes(payload: object) -> bytes:
    """The bytes of one exported file (interface.md, "The export")."""
    return (simplejson.dumps(payload, indent=2, ensure_ascii=False) + "\n").encode()


LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def _has_lone_surrogate(value: JsonValue) -> bool:
    if isinstance(value, dict):
        return any(_has_lone_surrogate(key) or _has_lone_surrogate(value[key]) for key in value)
    if isinstance(value, list):
        return any(_has_lone_surrogate(part) for part in value)
    return isinstance(value, str) and LONE_SURROGATE.search(value) is not None


# --- Files to cells: every value becomes the text it is validated by, or null --------------------


def _csv_cells(path: Path) -> tuple[set[str] | None, list[Cells | None]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        records = [record for record in csv.reader(file) if record]
    header = records[0] if records else []
    rows: list[Cells | None] = []
    for record in records[1:]:
        if len(record) != len(header):
            rows.append(None)
        else:
            rows.append({name: field or None for name, field in zip(header, record, strict=True)})
    return set(header), rows


def _json_cell(name: str, value: JsonValue) -> str | None:
    """The text of a JSON value. Only `config` can be an object or a list."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return _compact(value) if name == "config" else None


def _jsonl_cells(path: Path) -> tuple[set[str] | None, list[Cells | None]]:
    names: set[str] = set()
    rows: list[Cells | None] = []
    for line in path.read_bytes().decode("utf-8-sig").split("\n"):
        if not line.strip(" \t\r"):
            continue
        try:
            value = parse_json(line)
        except ValueError:
            value = None
        if isinstance(value, dict):
            names.update(value)
            rows.append({name: _json_cell(name, part) for name, part in value.items()})
        else:
            rows.append(None)
    return names or None, rows


def _instant_text(microseconds: int | None) -> str | None:
    """The text of a native timestamp; null for infinity and what lies outside years 1 to 9999."""
    if microseconds is None:
        return None
    try:
        instant = EPOCH + timedelta(microseconds=microseconds)
    except OverflowError:
        return None
    return instant.isoformat(sep=" ", timespec="microseconds")


def _native_text(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) <= 2**53:
        return f"{int(value)}.0"
    if isinstance(value, float):
        return repr(value) if abs(value) <= 2**53 else f"{value:e}"
    if isinstance(value, Decimal):
        return format(value, "f")
    return str(value)


def _parquet_cells(path: Path) -> tuple[set[str] | None, list[Cells | None]]:
    table = pq.ParquetFile(path).read()
    texts: dict[str, list[str | None]] = {}
    for name in table.column_names:
        column = table.column(name)
        if pa.types.is_timestamp(column.type):
            instants = column.cast(pa.timestamp("us", column.type.tz), safe=False)
            texts[name] = [_instant_text(value) for value in instants.cast(pa.int64()).to_pylist()]
        else:
            texts[name] = [_native_text(value) for value in column.to_pylist()]
    rows = [{name: texts[name][at] for name in texts} for at in range(table.num_rows)]
    return set(texts), list(rows)


READERS = {".parquet": _parquet_cells, ".csv": _csv_cells, ".jsonl": _jsonl_cells}


def _read_entity(source: Path, entity: str) -> list[Cells | None] | None:
    """The entity's rows (a broken line is None), or None where an optional entity is absent."""
    paths = [path for ending in READERS if (path := source / f"{entity}{ending}").exists()]
    if len(paths) > 1:
        raise UnusableSourceError(f"two files for {entity}")
    if not paths:
        if entity in OPTIONAL_ENTITIES:
            return None
        raise UnusableSourceError(f"no file for {entity}")
    names, rows = READERS[paths[0].suffix](paths[0])
    for column in CONTRACT[entity]:
        if column.required and names is not None and column.name not in names:
            raise UnusableSourceError(f"{entity} has no column {column.name}")
    return [row and {name: text or None for name, text in row.items()} for row in rows]


# --- Cells to values (source-contract.md, "Reading values from text") -------------------------

INT = re.compile(r"([+-]?)0*([0-9]+?)(\.0+)?")
DECIMAL = re.compile(r"[+-]?[0-9]+(\.[0-9]{1,2}0*)?")
TIME = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,6}))?"
    r"(?:Z|([+-])([0-9]{2})(?::?([0-9]{2}))?)?"
)
TRUE_WORDS = {"t", "true", "y", "yes", "1"}
FALSE_WORDS = {"f", "false", "n", "no", "0"}


def _read_int(text: str, least: int, most: int) -> int | None:
    match = INT.fullmatch(text)
    if match is None or len(match[2]) > 19:
        return None
    value = int(match[1] + match[2])
    return value if least <= value <= most else None


def _read_decimal(text: str) -> Fraction | None:
    if DECIMAL.fullmatch(text) is None:
        return None
    value = Fraction(text)
    return value if abs(value) < 10**10 else None


def _read_bool(text: str) -> bool | None:
    if text.lower() in TRUE_WORDS:
        return True
    return False if text.lower() in FALSE_WORDS else None


def _read_time(text: str) -> datetime | None:
    """The instant in UTC; null too for one outside the years 1 to 9999."""
    match = TIME.fullmatch(text)
    if match is None:
        return None
    day, hour, minute, second, fraction, sign, offset_hours, offset_minutes = match.groups()
    if int(offset_hours or 0) > 23 or int(offset_minutes or 0) > 59:
        return None
    offset = timedelta(hours=int(offset_hours or 0), minutes=int(offset_minutes or 0))
    zone = timezone(-offset if sign == "-" else offset)
    micros = int((fraction or "").ljust(6, "0"))
    try:
        at = date.fromisoformat(day)
        local = datetime(at.year, at.month, at.day, int(hour), int(minute), int(second), micros)
        return local.replace(tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _read_config(text: str) -> JsonValue:
    try:
        value = parse_json(text)
    except ValueError:
        return None
    return None if _has_lone_surrogate(value) else value


READ: dict[str, Callable[[str], Any]] = {
    "text": str,
    "int64": lambda text: _read_int(text, -(2**63), 2**63 - 1),
    "int32": lambda text: _read_int(text, -(2**31), 2**31 - 1),
    "decimal": _read_decimal,
    "bool": _read_bool,
    "time": _read_time,
    "json": _read_config,
}


def _typed(entity: str, cells: Cells) -> Row:
    row: Row = {}
    for column in CONTRACT[entity]:
        text = cells.get(column.name)
        unreadable = text is None or _has_lone_surrogate(text)
        row[column.name] = None if unreadable else READ[column.kind](text)
    return row


# --- Validating rows (source-contract.md, "Rows that break the contract") ------------------------


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
    return (1, _compact(value) if column.kind == "json" else value)


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
        row = None if cells is None else _typed(entity, cells)
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


def _zone(name: str | None) -> ZoneInfo:
    try:
        return ZoneInfo("UTC" if name is None else name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UnusableSourceError(f"unknown timezone {name!r}") from error


def _local(instant: datetime, zone: ZoneInfo) -> datetime:
    """The instant on the website's clock; what no calendar date holds stays at the edge."""
    try:
        return instant.astimezone(zone)
    except OverflowError:
        return instant


def validate(source: Path) -> Validated:
    """Every row of the source validated, and events given their business date (metrics.md)."""
    validated = Validated({}, {}, set())
    for entity in VALIDATION_ORDER:
        rows = _read_entity(source, entity)
        if rows is None:
            validated.absent.add(entity)
        kept, reasons = _validate_entity(entity, rows or [], validated.valid)
        validated.valid[entity] = kept
        validated.quarantined[entity] = reasons
    zones = {row["id"]: _zone(row["timezone"]) for row in validated.valid["websites"].values()}
    for entity, time_column in EVENT_TIME.items():
        for row in validated.valid[entity].values():
            row["local"] = _local(row[time_column], zones[row["website_id"]])
            row["date"] = row["local"].date()
    for client in validated.valid["clients"].values():
        joined = client["date_joined"]
        zone = zones[client["website_id"]]
        client["joined_on"] = None if joined is None else _local(joined, zone).date()
    return validated


# --- One website's facts (metrics.md, "Building blocks") --------------------------------------


@dataclass
class Site:
    """What counts for one website: dimensions as now, events up to as_of."""

    id: int
    name: str
    as_of: date | None
    tier_basis: str
    member_since: dict[int, date | None]
    tiers: list[Row]
    items: dict[int, Row]
    categories: dict[int, Row]
    transactions: list[Row]
    requests: list[Row]
    conversions: list[Row]
    widgets: list[Row]

    @property
    def redemptions(self) -> list[Row]:
        """Requests with status fulfilled, dated by requested_at."""
        return [row for row in self.requests if row["status"] == "fulfilled"]

    def window(self, days: int) -> list[date]:
        """The business dates that end on as_of, oldest first; none without as_of."""
        if self.as_of is None:
            return []
        return [self.as_of - timedelta(days=back) for back in reversed(range(days))]


def _event_dates(validated: Validated) -> list[date]:
    return [row["date"] for entity in EVENT_TIME for row in validated.valid[entity].values()]


def _latest_date(validated: Validated, clock: datetime | None) -> date | None:
    """The latest event's date that is over on all websites by the clock, if there is one."""
    dates = _event_dates(validated)
    if clock is not None:
        today = [
            _local(clock, _zone(website["timezone"])).date()
            for website in validated.valid["websites"].values()
        ]
        dates = [day for day in dates if day < min(today)]
    return max(dates, default=None)


def _member_since(clients: list[Row], transactions: list[Row]) -> dict[int, date | None]:
    """The earlier of date_joined and the first transaction up to as_of; None is always."""
    since: dict[int, date | None] = {client["id"]: client["joined_on"] for client in clients}
    for row in transactions:
        known = since[row["client_id"]]
        since[row["client_id"]] = row["date"] if known is None else min(known, row["date"])
    return since


def _default_widgets() -> list[Row]:
    """The seven widgets of a website where the entity is absent (source-contract.md)."""
    return [
        {
            "id": number,
            "widget_type": widget_type,
            "title": title,
            "position": number,
            "is_visible": True,
            "config": {},
            "created_at": None,
        }
        for number, (widget_type, title) in enumerate(WIDGET_TITLES.items(), start=1)
    ]


def _lay_over(widgets: list[Row], edits: list[Row]) -> list[Row]:
    """The widgets as edited through the API: those made there, and changes to those that exist."""
    now = {row["id"]: row for row in widgets}
    for edit in edits:
        before = now.pop(edit["widget_id"], None)
        made = edit["created_at"]
        if not edit["is_deleted"] and (made is not None or before is not None):
            now[edit["widget_id"]] = {
                "id": edit["widget_id"],
                "widget_type": edit["widget_type"],
                "title": edit["title"],
                "position": edit["position"],
                "is_visible": edit["is_visible"],
                "config": parse_json(edit["config"]),
                "created_at": before["created_at"] if made is None else _read_time(made),
            }
    return list(now.values())


def _sites(
    validated: Validated, as_of: date | None, tier_basis: str, widget_edits: Sequence[Row] = ()
) -> list[Site]:
    return [
        _site(validated, website, as_of, tier_basis, widget_edits)
        for _, website in sorted(validated.valid["websites"].items())
    ]


def _site(
    validated: Validated,
    website: Row,
    as_of: date | None,
    tier_basis: str,
    widget_edits: Sequence[Row],
) -> Site:
    def own(entity: str) -> list[Row]:
        rows = validated.valid[entity].values()
        return [row for row in rows if row["website_id"] == website["id"]]

    def events(entity: str) -> list[Row]:
        return [row for row in own(entity) if as_of is not None and row["date"] <= as_of]

    absent = "dashboard_widgets" in validated.absent
    configured = _default_widgets() if absent else own("dashboard_widgets")
    edits = [edit for edit in widget_edits if edit["website_id"] == website["id"]]
    widgets = _lay_over(configured, edits)
    visible = [row for row in widgets if row["is_visible"]]
    transactions = events("loyalty_transactions")
    return Site(
        id=website["id"],
        name=website["name"],
        as_of=as_of,
        tier_basis=tier_basis,
        member_since=_member_since(own("clients"), transactions),
        tiers=sorted(own("loyalty_tiers"), key=lambda tier: (tier["threshold"], tier["id"])),
        items={row["id"]: row for row in own("redemption_items")},
        categories={row["id"]: row for row in own("redemption_categories")},
        transactions=transactions,
        requests=events("redemption_requests"),
        conversions=events("wallet_conversions"),
        widgets=sorted(visible, key=lambda row: (row["position"], row["id"])),
    )


def _between(rows: list[Row], first: date, last: date) -> list[Row]:
    return [row for row in rows if first <= row["date"] <= last]


def _in_window(rows: list[Row], window: list[date]) -> list[Row]:
    return _between(rows, window[0], window[-1]) if window else []


def _issued(rows: list[Row]) -> int:
    return sum(row["points"] for row in rows if row["transaction_type"] == "add")


def _redeemed(rows: list[Row]) -> int:
    return -sum(row["points"] for row in rows if row["transaction_type"] == "redeem")


def _outstanding(site: Site, day: date | None) -> int:
    return sum(row["points"] for row in site.transactions if day and row["date"] <= day)


def _distinct_clients(rows: list[Row]) -> int:
    return len({row["client_id"] for row in rows})


def _balances(site: Site, day: date | None) -> dict[int, int]:
    balances = dict.fromkeys(site.member_since, 0)
    for row in site.transactions:
        if day is not None and row["date"] <= day:
            balances[row["client_id"]] += row["points"]
    return balances


def _active_clients(site: Site, day: date | None) -> list[int]:
    return [client for client, balance in _balances(site, day).items() if balance > 0]


def _total_clients(site: Site, day: date | None) -> int:
    """Clients with member since by the day; all of them without one."""
    joined = site.member_since.values()
    return sum(1 for since in joined if day is None or since is None or since <= day)


def _tier_points(site: Site, day: date | None) -> dict[int, int]:
    if site.tier_basis == "balance":
        return _balances(site, day)
    points = dict.fromkeys(site.member_since, 0)
    for row in site.transactions:
        if day is not None and row["date"] <= day and row["transaction_type"] == "add":
            points[row["client_id"]] += row["points"]
    return points


def _tier_counts(site: Site, day: date | None) -> Counter[int]:
    """Active clients by tier id: highest threshold within the points, ties to the lowest id."""
    points = _tier_points(site, day)
    counts: Counter[int] = Counter()
    for client in _active_clients(site, day):
        within = [tier for tier in site.tiers if tier["threshold"] <= points[client]]
        if within:
            counts[min(within, key=lambda tier: (-tier["threshold"], tier["id"]))["id"]] += 1
    return counts


# --- Arithmetic (metrics.md, "Ground rules") --------------------------------------------------


def rounded(value: Fraction | int, places: int = 2) -> Decimal:
    """Half away from zero, with exactly so many decimals, and never a negative zero."""
    units = int(abs(Fraction(value)) * 10**places + Fraction(1, 2))
    return Decimal(-units if value < 0 else units).scaleb(-places)


def _quotient(part: Fraction | int, whole: Fraction | int, places: int = 2) -> Decimal:
    return rounded(Fraction(part) / Fraction(whole) if whole else 0, places)


def _percentage(part: int, whole: int) -> Decimal:
    return _quotient(100 * part, whole)


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


# --- Analytics records (metrics.md, "Documented endpoints") -----------------------------------


def record_id(website_id: int, date_from: date, date_to: date) -> int:
    """website_id × 10¹⁰ + day(date_from) × 10⁵ + day(date_to), days since 1970-01-01.

    Where that passes what JavaScript counts, 13 hexadecimal digits of an md5.
    """
    if not 1 <= website_id <= 900_719:
        text = f"{website_id}|{date_from}|{date_to}"
        return int(hashlib.md5(text.encode()).hexdigest()[:13], 16)
    first = (date_from - EPOCH.date()).days
    last = (date_to - EPOCH.date()).days
    return website_id * 10**10 + first * 10**5 + last


def _analytics_record(site: Site, date_from: date, date_to: date) -> Row:
    transactions = _between(site.transactions, date_from, date_to)
    redemptions = _between(site.redemptions, date_from, date_to)
    active = len(_active_clients(site, date_to))
    outstanding = _outstanding(site, date_to)
    tiers = _tier_counts(site, date_to)
    item = _most_popular(redemptions)
    return {
        "id": record_id(site.id, date_from, date_to),
        "website": site.id,
        "date_from": date_from.isoformat(),
        "date_to": date_to.isoformat(),
        "total_active_clients": active,
        "total_points_issued": _issued(transactions),
        "total_points_redeemed": _redeemed(transactions),
        "total_points_balance": outstanding,
        "total_redemptions": len(redemptions),
        "total_redemption_value": sum(row["points_used"] for row in redemptions),
        "most_popular_item": item,
        "most_popular_item_name": None if item is None else site.items[item]["name"],
        "bronze_count": _count_named(site, tiers, "bronze"),
        "silver_count": _count_named(site, tiers, "silver"),
        "gold_count": _count_named(site, tiers, "gold"),
        "platinum_count": _count_named(site, tiers, "platinum"),
        "active_redemptions_ratio": _percentage(_distinct_clients(redemptions), active),
        "average_points_per_client": _quotient(outstanding, active),
    }


def _most_popular(redemptions: list[Row]) -> int | None:
    counts = Counter(row["item_id"] for row in redemptions)
    return min(counts, key=lambda item: (-counts[item], item), default=None)


def _count_named(site: Site, counts: Counter[int], word: str) -> int:
    return sum(counts[tier["id"]] for tier in site.tiers if word in tier["name"].lower())


def _months(first: date, last: date) -> Iterator[tuple[date, date]]:
    """Every calendar month from the one that holds `first`, that ends by `last`."""
    start = first.replace(day=1)
    while True:
        following = (start + timedelta(days=31)).replace(day=1)
        if following - ONE_DAY > last:
            return
        yield start, following - ONE_DAY
        start = following


def _weeks(first: date, last: date) -> Iterator[tuple[date, date]]:
    """Every ISO week, Monday to Sunday, from the one that holds `first`, that ends by `last`."""
    start = first - timedelta(days=first.weekday())
    while start + timedelta(days=6) <= last:
        yield start, start + timedelta(days=6)
        start += timedelta(days=7)


def _periods(site: Site, requested_ranges: Iterable[Range]) -> list[tuple[date, date]]:
    """The ranges that `analytics/` lists: newest date_to first, then newest date_from."""
    if site.as_of is None:
        return []
    periods = {
        (date_from, date_to)
        for website_id, date_from, date_to in requested_ranges
        if website_id == site.id and date_from <= date_to <= site.as_of
    }
    dates = sorted({row["date"] for row in (*site.transactions, *site.requests, *site.conversions)})
    if dates:
        first = dates[0]
        for previous, day in pairwise(dates):
            if day - previous > LONGEST_GAP:
                first = day
        periods.update(_months(first, site.as_of))
        periods.update(_weeks(first, site.as_of))
    return sorted(periods, key=lambda period: (period[1], period[0]), reverse=True)


# --- Payloads (metrics.md, both lists of endpoints) -------------------------------------------


def _by_date(rows: list[Row]) -> dict[date, list[Row]]:
    dated: dict[date, list[Row]] = defaultdict(list)
    for row in rows:
        dated[row["date"]].append(row)
    return dated


def points_trend(site: Site, days: int) -> list[Row]:
    """Issued and redeemed of each date of the window, and the outstanding points on it."""
    dated = _by_date(site.transactions)
    window = site.window(days)
    balance = _outstanding(site, window[0] - ONE_DAY) if window else 0
    rows = []
    for day in window:
        of_day = dated.get(day, [])
        balance += sum(row["points"] for row in of_day)
        rows.append(
            {
                "date": day.isoformat(),
                "issued": _issued(of_day),
                "redeemed": _redeemed(of_day),
                "balance": balance,
            }
        )
    return rows


def top_redemptions(site: Site, limit: int) -> list[Row]:
    """Items by redemptions up to as_of, most first, ties to the lowest id."""
    counts = Counter(row["item_id"] for row in site.redemptions)
    ranking = sorted(counts, key=lambda item: (-counts[item], item))
    return [
        {
            "id": item,
            "name": site.items[item]["name"],
            "points_required": site.items[item]["points_required"],
            "redemption_count": counts[item],
            "category": site.categories[site.items[item]["category_id"]]["name"],
        }
        for item in ranking[:limit]
    ]


def tier_distribution(site: Site) -> list[Row]:
    """Active clients at as_of in each tier, by threshold, ties by id."""
    counts = _tier_counts(site, site.as_of)
    return [
        {
            "tier_name": tier["name"],
            "count": counts[tier["id"]],
            "threshold": tier["threshold"],
            "percentage": _percentage(counts[tier["id"]], counts.total()),
        }
        for tier in site.tiers
    ]


def engagement_stats(site: Site, days: int) -> Row:
    """Clients at as_of, and those with a redemption or a transaction in the window."""
    window = site.window(days)
    total = _total_clients(site, site.as_of)
    active = len(_active_clients(site, site.as_of))
    redeeming = _distinct_clients(_in_window(site.redemptions, window))
    transacting = _distinct_clients(_in_window(site.transactions, window))
    return {
        "total_clients": total,
        "active_clients": active,
        "clients_with_redemptions": redeeming,
        "clients_with_transactions": transacting,
        "engagement_rate": _percentage(transacting, total),
        "redemption_rate": _percentage(redeeming, active),
    }


def overview(site: Site, days: int) -> Row:
    """The spec's overall metrics for the window."""
    window = site.window(days)
    transactions = _in_window(site.transactions, window)
    redemptions = _in_window(site.redemptions, window)
    value = sum(row["points_used"] for row in redemptions)
    active = len(_active_clients(site, site.as_of))
    outstanding = _outstanding(site, site.as_of)
    adds = [row for row in site.transactions if row["transaction_type"] == "add"]
    issued_clients = _distinct_clients([row for row in adds if row["points"] > 0])
    return {
        "as_of": _iso(site.as_of),
        "days": days,
        "total_active_clients": active,
        "total_points_issued": _issued(transactions),
        "total_points_redeemed": _redeemed(transactions),
        "total_points_balance": outstanding,
        "total_redemptions": len(redemptions),
        "total_redemption_value": value,
        "average_redemption_value": _quotient(value, len(redemptions)),
        "average_points_per_client": _quotient(outstanding, active),
        "client_lifetime_value": _quotient(_issued(adds), issued_clients),
    }


def redemption_trend(site: Site, days: int) -> list[Row]:
    """Redemptions of each date of the window: their number, points and distinct clients."""
    dated = _by_date(site.redemptions)
    return [
        {
            "date": day.isoformat(),
            "redemptions": len(dated.get(day, [])),
            "points": sum(row["points_used"] for row in dated.get(day, [])),
            "clients": _distinct_clients(dated.get(day, [])),
        }
        for day in site.window(days)
    ]


def engagement_trend(site: Site, days: int) -> list[Row]:
    """Clients on each date of the window, and the engagement of that date alone."""
    transactions = _by_date(site.transactions)
    redemptions = _by_date(site.redemptions)
    window = site.window(days)
    balances = _balances(site, window[0] - ONE_DAY) if window else {}
    rows = []
    for day in window:
        for row in transactions.get(day, []):
            balances[row["client_id"]] += row["points"]
        total = _total_clients(site, day)
        transacting = _distinct_clients(transactions.get(day, []))
        rows.append(
            {
                "date": day.isoformat(),
                "total_clients": total,
                "active_clients": sum(1 for balance in balances.values() if balance > 0),
                "clients_with_transactions": transacting,
                "clients_with_redemptions": _distinct_clients(redemptions.get(day, [])),
                "engagement_rate": _percentage(transacting, total),
            }
        )
    return rows


def redemption_categories(site: Site, days: int) -> list[Row]:
    """Categories (by id) with redemptions in the window: most first, by name, then id."""
    redemptions = _in_window(site.redemptions, site.window(days))
    counts: Counter[int] = Counter()
    points: Counter[int] = Counter()
    for row in redemptions:
        category = site.items[row["item_id"]]["category_id"]
        counts[category] += 1
        points[category] += row["points_used"]
    names = {category: site.categories[category]["name"] for category in counts}
    return [
        {
            "category": names[category],
            "redemptions": counts[category],
            "points": points[category],
            "percentage": _percentage(counts[category], len(redemptions)),
        }
        for category in sorted(counts, key=lambda one: (-counts[one], names[one], one))
    ]


def redemption_patterns(site: Site, days: int) -> list[Row]:
    """Redemptions in the window by local weekday and hour: 168 rows, whatever happened."""
    redemptions = _in_window(site.redemptions, site.window(days))
    counts = Counter((row["local"].isoweekday(), row["local"].hour) for row in redemptions)
    return [
        {"weekday": weekday, "hour": hour, "redemptions": counts[weekday, hour]}
        for weekday in range(1, 8)
        for hour in range(24)
    ]


def points_balance(site: Site) -> Row:
    """The outstanding points at as_of."""
    active = len(_active_clients(site, site.as_of))
    outstanding = _outstanding(site, site.as_of)
    return {
        "as_of": _iso(site.as_of),
        "total_points_balance": outstanding,
        "active_clients": active,
        "average_points_per_client": _quotient(outstanding, active),
    }


def conversion(site: Site, days: int) -> Row:
    """Points turned into wallet credit in the window."""
    window = site.window(days)
    conversions = _in_window(site.conversions, window)
    points = sum(row["points"] for row in conversions)
    amount = sum((row["amount"] for row in conversions), Fraction(0))
    issued = _issued(_in_window(site.transactions, window))
    return {
        "as_of": _iso(site.as_of),
        "days": days,
        "conversions": len(conversions),
        "clients": _distinct_clients(conversions),
        "points_converted": points,
        "amount_converted": rounded(amount),
        "conversion_rate": _percentage(points, issued),
        "amount_per_point": _quotient(amount, points, places=4),
    }


WINDOWED: dict[str, Callable[[Site, int], Any]] = {
    "points_trend": points_trend,
    "engagement_stats": engagement_stats,
    "overview": overview,
    "redemption_trend": redemption_trend,
    "engagement_trend": engagement_trend,
    "redemption_categories": redemption_categories,
    "redemption_patterns": redemption_patterns,
    "conversion": conversion,
}
PLAIN: dict[str, Callable[[Site], Any]] = {
    "tier_distribution": tier_distribution,
    "points_balance": points_balance,
}
WIDGET_ENDPOINT = {
    "points_issued": "points_trend",
    "redemptions_trend": "redemption_trend",
    "tier_distribution": "tier_distribution",
    "top_redemptions": "top_redemptions",
    "engagement_rate": "engagement_stats",
    "points_balance": "points_balance",
    "conversion_rate": "conversion",
}

# --- Widgets (metrics.md, "Widget data") ------------------------------------------------------

GREATEST = {"days": 3660, "limit": 100}
DEFAULT = {"days": 30, "limit": 10}


def _asked(widget: Row, key: str) -> int | None:
    """The valid value a widget's config holds under the key, or None."""
    config = widget["config"]
    value = config.get(key) if isinstance(config, dict) else None
    if not isinstance(value, NumberText) or re.fullmatch(r"-?[0-9]{1,9}", value) is None:
        return None
    return int(value) if 1 <= int(value) <= GREATEST[key] else None


def _fallbacks(site: Site) -> list[tuple[int, int, str]]:
    return [
        (site.id, widget["id"], key)
        for widget in site.widgets
        for key in GREATEST
        if isinstance(widget["config"], dict)
        and key in widget["config"]
        and _asked(widget, key) is None
    ]


def _widget_json(site: Site, widget: Row) -> Row:
    created = widget["created_at"]
    return {
        "id": widget["id"],
        "website": site.id,
        "website_name": site.name,
        "widget_type": widget["widget_type"],
        "title": widget["title"],
        "position": widget["position"],
        "is_visible": True,
        "config": _as_written(widget["config"]),
        "created_at": created and created.replace(tzinfo=None).isoformat() + "Z",
    }


# --- Files (interface.md, "The export") -------------------------------------------------------


def _size_key(endpoint: str) -> str | None:
    if endpoint == "top_redemptions":
        return "limit"
    return "days" if endpoint in WINDOWED else None


def _payload(site: Site, endpoint: str, size: int | None) -> object:
    if endpoint in PLAIN:
        return PLAIN[endpoint](site)
    function = top_redemptions if endpoint == "top_redemptions" else WINDOWED[endpoint]
    return function(site, size)


def _sizes_asked(site: Site, endpoint: str, key: str) -> set[int]:
    """The sizes that visible widgets of the endpoint's type ask for."""
    widgets = [row for row in site.widgets if WIDGET_ENDPOINT[row["widget_type"]] == endpoint]
    return {size for widget in widgets if (size := _asked(widget, key)) is not None}


def _endpoint_files(site: Site, settings: Row) -> Iterator[tuple[str, Any]]:
    for endpoint in PLAIN:
        yield f"analytics/{endpoint}/index.json", _payload(site, endpoint, None)
    for endpoint in [*WINDOWED, "top_redemptions"]:
        key = _size_key(endpoint)
        always = settings["top_limits" if key == "limit" else "window_days"]
        yield f"analytics/{endpoint}/index.json", _payload(site, endpoint, DEFAULT[key])
        for size in sorted({*always, *_sizes_asked(site, endpoint, key)}):
            yield f"analytics/{endpoint}/{key}={size}.json", _payload(site, endpoint, size)


def _record_files(site: Site, requested_ranges: Iterable[Range]) -> Iterator[tuple[str, Any]]:
    records = [_analytics_record(site, *period) for period in _periods(site, requested_ranges)]
    yield "analytics/index.json", records
    for record in records:
        yield f"analytics/{record['id']}/index.json", record


def _widget_files(site: Site) -> Iterator[tuple[str, Any]]:
    yield "dashboard-widgets/index.json", [_widget_json(site, row) for row in site.widgets]
    for row in site.widgets:
        widget = _widget_json(site, row)
        endpoint = WIDGET_ENDPOINT[row["widget_type"]]
        key = _size_key(endpoint)
        size = None if key is None else _asked(row, key) or DEFAULT[key]
        data = _payload(site, endpoint, size)
        yield f"dashboard-widgets/{row['id']}/index.json", widget
        yield (
            f"dashboard-widgets/{row['id']}/data/index.json",
            {"widget": widget, "as_of": _iso(site.as_of), "data": data},
        )


def _websites_json(validated: Validated) -> list[Row]:
    return [
        {"id": row["id"], "name": row["name"], "timezone": row["timezone"] or "UTC"}
        for _, row in sorted(validated.valid["websites"].items())
    ]


def recount(
    source: Path,
    *,
    as_of: date | None = None,
    tier_basis: str = "balance",
    window_days: Sequence[int] = (7, 30, 90, 365),
    top_limits: Sequence[int] = (5, 10, 25),
    requested_ranges: Iterable[Range] = (),
    widget_edits: Sequence[Row] = (),
    clock: datetime | None = None,
) -> dict[str, bytes]:
    """Every exported file but manifest.json: its path under export/current, and its bytes.

    Raises UnusableSourceError where source-contract.md says that the run stops.
    """
    validated = validate(source)
    settings = {"window_days": window_days, "top_limits": top_limits}
    ranges = list(requested_ranges)
    files = {"websites.json": to_bytes(_websites_json(validated))}
    for site in _sites(
        validated, as_of or _latest_date(validated, clock), tier_basis, widget_edits
    ):
        root = f"{site.id}/api/v1/loyalty-management"
        for part in (
            _endpoint_files(site, settings),
            _record_files(site, ranges),
            _widget_files(site),
        ):
            for path, payload in part:
                files[f"{root}/{path}"] = to_bytes(payload)
    return files


# --- Manifest (interface.md, "The export") ----------------------------------------------------


def _drift(validated: Validated) -> Row:
    """Cached loyalty_points against the ledger over all events (metrics.md, "Drift")."""
    balances: Counter[int] = Counter()
    for row in validated.valid["loyalty_transactions"].values():
        balances[row["client_id"]] += row["points"]
    clients = validated.valid["clients"].values()
    gaps = [
        abs((client["loyalty_points"] or 0) - max(balances[client["id"]], 0)) for client in clients
    ]
    return {
        "clients_checked": len(gaps),
        "clients_drifted": sum(1 for gap in gaps if gap),
        "points_drifted": sum(gaps),
    }


def _quarantined(validated: Validated) -> dict[str, dict[str, int]]:
    """Rows by entity and reason, in the contract's order; only what occurs."""
    return {
        entity: {reason: counts[reason] for reason in REASONS if counts[reason]}
        for entity in CONTRACT
        if (counts := validated.quarantined[entity])
    }


def recount_manifest(
    source: Path,
    *,
    as_of: date | None = None,
    tier_basis: str = "balance",
    window_days: Sequence[int] = (7, 30, 90, 365),
    top_limits: Sequence[int] = (5, 10, 25),
    requested_ranges: Iterable[Range] = (),
    clock: datetime | None = None,
) -> dict[str, Any]:
    """The manifest without its warnings and files. Ranges asked for change nothing in it."""
    validated = validate(source)
    day = as_of or _latest_date(validated, clock)
    counted = [event for event in _event_dates(validated) if day is not None and event <= day]
    sites = _sites(validated, day, tier_basis)
    return {
        "schema_version": 1,
        "as_of": _iso(day),
        "latest_event": _iso(max(counted, default=None)),
        "settings": {
            "tier_basis": tier_basis,
            "window_days": list(window_days),
            "top_limits": list(top_limits),
        },
        "totals": {
            str(site.id): {
                "transactions": len(site.transactions),
                "requests": len(site.requests),
                "points_outstanding": _outstanding(site, day),
            }
            for site in sites
        },
        "quarantined": _quarantined(validated),
        "drift": _drift(validated),
    }


def recount_fallbacks(source: Path, widget_edits: Sequence[Row] = ()) -> list[tuple[int, int, str]]:
    """(website_id, widget_id, key) of each config value that falls back to its default.

    Any visible widget's `days` and `limit` are looked at, whatever its type.
    """
    validated = validate(source)
    sites = _sites(validated, None, "balance", widget_edits)
    return sorted(entry for site in sites for entry in _fallbacks(site))


def recount_left_out(source: Path) -> list[str]:
    """How many of each entity's delivered rows reach no figure, where any is left out, by name."""
    validated = validate(source)
    return [
        f"{entity}: {left_out} of {left_out + len(validated.valid[entity])} rows"
        for entity in sorted(CONTRACT)
        if (left_out := sum(validated.quarantined[entity].values()))
    ]
