"""A generator of small, hostile datasets that follow, and where asked break, the source contract.

The same seed always gives the same rows. Seeds differ in optional entities and columns, in how
values are spelled, and for Parquet in how columns are typed (see `write_dataset`).
"""

import csv
import io
import json
import random
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq

Row = dict[str, Any]
FileFormat = Literal["csv", "jsonl", "parquet"]


class Raw(str):
    """A cell that is written as it stands, whatever its column's type."""

    __slots__ = ()


class Json(str):
    """The JSON text of a config."""

    __slots__ = ()


LAST_MOMENT = datetime(2024, 4, 20, 15, tzinfo=UTC)
HISTORY = timedelta(days=425)
LATER = datetime(2024, 6, 1, 9, 30, tzinfo=UTC)
WEBSITES: tuple[tuple[int, str, str | None], ...] = (
    (1, "O'Brien's \"Café\", Ltd", "UTC"),
    (2, "<script>alert(1)</script>", "America/New_York"),
    (3, "../../etc/passwd", "Asia/Kolkata"),
    (5, "Kiwi 🥝\u2028line\nbreak", "Pacific/Auckland"),
    (8, "\u200fעברית", None),
    (11, "No clients here", "America/St_Johns"),
    (900_719, "NULL", "Australia/Lord_Howe"),
    (900_720, "The first whose records are digests", "UTC"),
    (27_983_085_677, "Many digits", "America/Chicago"),
)
BUSY = (1, 2, 3, 5, 8)
ODD_NAMES = (
    'Say "hi", twice',
    "two\nlines",
    "<script>alert('x')</script>",
    "../up",
    "🎁 gift",
    "para\u2029graph \u2028line",
    "\u200fright to left\u200e",
    "null",
    "007",
    "1e5",
    "  blanks around  ",
    "back\\slash / slash",
    "tab\tbed",
    "É vs é",
    "true",
)
TIERS: dict[int, tuple[tuple[str, int], ...]] = {
    1: (("Bronze", 0), ("Silver", 300), ("Gold", 900), ("Platinum", 2000)),
    2: (
        ("starter bronze", -50),
        ("sILVER & Gold club", 200),
        ("Gold", 200),
        ("BRONZE again", 200),
        ("PlatinumPlatinum", 2_147_483_647),
    ),
    3: (),
    5: (("only the\nplatinum", 800), ('"Quoted" silver, too', 400)),
    8: (("Tier A", 1), ("Tier B", 2), ("unsilvered", 250), ("Go ld", 500)),
    11: (("Bronze", 0), ("Gold", 10)),
}
WIDGET_TYPES = (
    "points_issued",
    "redemptions_trend",
    "tier_distribution",
    "top_redemptions",
    "engagement_rate",
    "points_balance",
    "conversion_rate",
)
CONFIGS = (
    "{}",
    '{"days": 14}',
    '{"days": "14"}',
    '{"days": 14.0, "limit": 3}',
    '{"days": -1}',
    '{"days": 0, "limit": 0}',
    '{"days": 3660}',
    '{"days": 3661}',
    '{"days": true, "limit": null}',
    '{"days": null}',
    '{"days": {"days": 14}}',
    '{"days": [14]}',
    '{"days": 1e1}',
    '{"days": 99999999999999999999}',
    '{"days": 1, "limit": 1}',
    '{"limit": 100}',
    '{"limit": 101}',
    '{"limit": 2, "limit": 4}',
    '{"limit": "all"}',
    '{"Days": 5, "LIMIT": 5}',
    '[{"days": 14}, [], {}]',
    "[]",
    "5",
    "true",
    '{"zeta": {"b": 1.10, "a": -0.0, "B": 1E+2}, "é": "\\u00e9\\u2028", "a\\"b": "<script>"}',
    '{"days": 45, "range": {"to": null, "from": "2024-01-01"}, "colour": ["#fff", 0.500]}',
    '{"emoji": "\\ud83c\\udf81", "\\u00e4": 1, "z": 12345678901234567890.123456789}',
)
STATUSES = ("pending", "approved", "fulfilled", "rejected", "cancelled")
KINDS: dict[str, dict[str, str]] = {
    "websites": {"id": "int", "name": "text", "timezone": "text?"},
    "clients": {
        "id": "int",
        "website_id": "int",
        "loyalty_points": "int?",
        "tier_id": "int?",
        "date_joined": "time?",
    },
    "loyalty_tiers": {"id": "int", "website_id": "int", "name": "text", "threshold": "int32"},
    "redemption_categories": {"id": "int", "website_id": "int", "name": "text"},
    "redemption_items": {
        "id": "int",
        "website_id": "int",
        "category_id": "int",
        "name": "text",
        "points_required": "int32",
        "redemption_type": "text?",
        "is_active": "bool?",
    },
    "redemption_requests": {
        "id": "int",
        "website_id": "int",
        "client_id": "int",
        "item_id": "int",
        "points_used": "int32",
        "status": "text",
        "requested_at": "event",
        "approved_at": "time?",
        "fulfilled_at": "time?",
        "rejected_at": "time?",
    },
    "loyalty_transactions": {
        "id": "int",
        "website_id": "int",
        "client_id": "int",
        "points": "int32",
        "transaction_type": "text",
        "reason": "text?",
        "timestamp": "event",
        "redemption_request_id": "int?",
    },
    "wallet_conversions": {
        "id": "int",
        "website_id": "int",
        "client_id": "int",
        "points": "int32",
        "amount": "decimal",
        "converted_at": "event",
    },
    "dashboard_widgets": {
        "id": "int",
        "website_id": "int",
        "widget_type": "text",
        "title": "text",
        "position": "int",
        "is_visible": "bool",
        "config": "json",
        "created_at": "time?",
    },
}
BAD_INT: tuple[Any, ...] = (
    Raw(" 12 "),
    Raw("0x10"),
    Raw("1_000"),
    Raw("12.5"),
    Raw("1e2"),
    Raw("12."),
    Raw(".0"),
    Raw("--5"),
    Raw("１２"),
    Raw("9223372036854775808"),
    Raw("-99999999999999999999"),
    Raw("true"),
)
BAD_TIME: tuple[Any, ...] = (
    Raw("2023-02-30T10:00:00Z"),
    Raw("2023-13-01 00:00:00"),
    Raw("2023-02-29 12:00:00+00"),
    Raw("2023-06-01T24:00:00Z"),
    Raw("2023-06-01T23:59:60Z"),
    Raw("2023-06-01t10:00:00Z"),
    Raw("2023-06-01T10:00:00z"),
    Raw("2023-06-01"),
    Raw("2023-06-01T10:00"),
    Raw("2023-06-01T10:00:00.1234567Z"),
    Raw("2023-06-01T10:00:00,5Z"),
    Raw("2023-6-1T10:00:00Z"),
    Raw("2023-06-01T10:00:00+5"),
    Raw("2023-06-01T10:00:00 +05:30"),
    Raw("2023-06-01  10:00:00"),
    Raw("2023-06-01 10:00:00 UTC"),
    Raw(" 2023-06-01 10:00:00"),
    Raw("infinity"),
    Raw("1685613600"),
)
BAD: dict[str, tuple[Any, ...]] = {
    "int": BAD_INT,
    "int32": (*BAD_INT, 2_147_483_648, -2_147_483_649),
    "text": (),
    "time": BAD_TIME,
    "event": (
        *BAD_TIME,
        datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
        datetime(2200, 1, 1, tzinfo=UTC),
        Raw("1970-01-01T00:00:00+05:30"),
        Raw("2199-12-31T20:00:00-0800"),
    ),
    "bool": (Raw("2"), Raw("on"), Raw("tru"), Raw(" true"), Raw("1.0")),
    "decimal": (
        Decimal("1.234"),
        Decimal("10000000000.00"),
        Decimal("-0.01"),
        Raw("1e2"),
        Raw("NaN"),
        Raw(".5"),
        Raw("5."),
        Raw("1,5"),
    ),
    "json": (
        Raw("{"),
        Raw('{"a": NaN}'),
        Raw('{"a": 1,}'),
        Raw("{'a': 1}"),
        Raw('{"a": 01}'),
        Raw('{"a": "\t"}'),
        Raw('{"a": ["\\ud800"]}'),
        Raw("{} x"),
        Raw("nope"),
        Raw("null"),
    ),
}


# --- A clean world ----------------------------------------------------------------------------


@dataclass
class World:
    """The rows of each entity, and the ids given out so far."""

    rng: random.Random
    tables: dict[str, list[Row]] = field(default_factory=lambda: {name: [] for name in KINDS})
    last_id: dict[str, int] = field(default_factory=dict)

    def add(self, entity: str, **values: object) -> Row:
        """Adds a row with the next id, unless it is given, and returns it."""
        if "id" not in values:
            self.last_id[entity] = self.last_id.get(entity, 100) + self.rng.randint(1, 3)
            values = {"id": self.last_id[entity], **values}
        row = {name: values.get(name) for name in KINDS[entity]}
        self.tables[entity].append(row)
        return row

    def of(self, entity: str, website_id: int) -> list[Row]:
        """The rows of one website."""
        return [row for row in self.tables[entity] if row["website_id"] == website_id]


def _moment(rng: random.Random, after: float = 0.0, before: float = 1.0) -> datetime:
    """A moment in that part of the history, more often late than early."""
    part = after + (before - after) * rng.random() ** 0.6
    moment = LAST_MOMENT - HISTORY + part * HISTORY
    micros = rng.choice((0, 0, 0, 500_000, 123_456, 1))
    return moment.replace(microsecond=micros)


def _edges(zone_name: str | None) -> list[datetime]:
    """Moments around local midnights and around the clock changes of the history."""
    zone = ZoneInfo(zone_name or "UTC")
    first = (LAST_MOMENT - HISTORY).date()
    days = [first + timedelta(days=at) for at in range(5, HISTORY.days - 5)]
    midnights = [datetime.combine(day, time(), zone).astimezone(UTC) for day in days]
    changes = [
        midnight + timedelta(hours=hour)
        for midnight, following in pairwise(midnights)
        if following - midnight != timedelta(days=1)
        for hour in (0, 1, 2, 3)
    ]
    quiet = [*midnights[::61], midnights[-1]]
    tick = timedelta(microseconds=1)
    return [edge + shift for edge in (*changes, *quiet) for shift in (-tick, timedelta(0), tick)]


def _add_dimensions(world: World) -> None:
    rng = world.rng
    for website_id, name, zone in WEBSITES:
        world.add("websites", id=website_id, name=name, timezone=zone)
        for tier_name, threshold in TIERS.get(website_id, ()):
            world.add("loyalty_tiers", website_id=website_id, name=tier_name, threshold=threshold)
        names = ["Cash", "Discounts", "Cash", "cash", rng.choice(ODD_NAMES), "Never used"]
        for name in names:
            world.add("redemption_categories", website_id=website_id, name=name)
        categories = world.of("redemption_categories", website_id)[:-1]
        for number in range(14):
            world.add(
                "redemption_items",
                website_id=website_id,
                category_id=rng.choice(categories)["id"],
                name=ODD_NAMES[number % len(ODD_NAMES)] if number % 3 else "Same name",
                points_required=rng.choice((0, 100, 500, 1000, 2_147_483_647, -1)),
                redemption_type=rng.choice(("discount", None)),
                is_active=rng.choice((True, False, None)),
            )
    items = world.of("redemption_items", 1)
    items[0]["id"], items[1]["id"] = 9_007_199_254_740_993, -3


def _add_clients(world: World, clients: int) -> None:
    rng = world.rng
    weights = (8, 5, 4, 3, 2, 1)
    places = rng.choices((*BUSY, 27_983_085_677), weights, k=max(0, clients - 12))
    for website_id in [*BUSY, *BUSY, 900_719, 27_983_085_677, *places]:
        joined: datetime | None = _moment(rng, 0.0, 0.9)
        chance = rng.random()
        if chance < 0.25:
            joined = None
        elif chance < 0.35:
            joined = LATER + timedelta(days=rng.randint(0, 30))
        elif chance < 0.45:
            joined = datetime(1999, 12, 31, 23, 59, 59, tzinfo=UTC)
        world.add("clients", website_id=website_id, date_joined=joined)
    first = world.of("clients", 1)
    first[0]["id"], first[1]["id"] = 2**63 - 1, -7


def _activity(rng: random.Random) -> tuple[float, float]:
    """The part of the history in which a client is active: windows must differ."""
    return rng.choice(((0.0, 0.2), (0.1, 0.7), (0.0, 1.0), (0.7, 1.0), (0.93, 1.0), (0.985, 1.0)))


def _points(rng: random.Random, transaction_type: str) -> int:
    size = rng.choice((0, 1, 50, 100, rng.randint(1, 600), rng.randint(1, 600)))
    return size if transaction_type == "add" else -size


def _add_events(world: World, transactions: int) -> None:
    rng = world.rng
    clients = [row for row in world.tables["clients"] if row["website_id"] in BUSY]
    live = [row for row in clients if rng.random() < 0.85] or clients
    active = {row["id"]: _activity(rng) for row in live}
    zones = {website_id: zone for website_id, _, zone in WEBSITES}
    edges = {website_id: _edges(zones[website_id]) for website_id in BUSY}

    def when(client: Row) -> datetime:
        if rng.random() < 0.12:
            return rng.choice(edges[client["website_id"]])
        return _moment(rng, *active[client["id"]])

    for _ in range(transactions):
        client = rng.choice(live)
        kind = rng.choices(("add", "redeem", "deduct"), (6, 3, 1))[0]
        _add_transaction(world, client, kind, _points(rng, kind), when(client))
    for _ in range(transactions // 3):
        _add_request(world, rng.choice(live), when)
    for _ in range(transactions // 20):
        client = rng.choice(live)
        world.add(
            "wallet_conversions",
            website_id=client["website_id"],
            client_id=client["id"],
            points=rng.choice((0, 100, rng.randint(1, 900))),
            amount=Decimal(rng.randint(0, 50_000)).scaleb(-2),
            converted_at=when(client),
        )
    _add_extremes(world)


def _add_transaction(world: World, client: Row, kind: str, points: int, at: datetime) -> Row:
    return world.add(
        "loyalty_transactions",
        website_id=client["website_id"],
        client_id=client["id"],
        points=points,
        transaction_type=kind,
        reason=world.rng.choice((None, "Purchase", *ODD_NAMES)),
        timestamp=at,
        redemption_request_id=world.rng.choice((None, None, 17)),
    )


def _add_request(world: World, client: Row, when: Callable[[Row], datetime]) -> None:
    rng = world.rng
    items = world.of("redemption_items", client["website_id"])[:-2]
    status = rng.choices(STATUSES, (1, 1, 6, 1, 1))[0]
    at = when(client)
    after = at + timedelta(minutes=rng.randint(0, 9000))
    world.add(
        "redemption_requests",
        website_id=client["website_id"],
        client_id=client["id"],
        item_id=rng.choice(items)["id"],
        points_used=rng.choice((0, 100, 500, rng.randint(1, 999))),
        status=status,
        requested_at=at,
        approved_at=after if status in ("approved", "fulfilled") else None,
        fulfilled_at=after if status == "fulfilled" else None,
        rejected_at=after if status == "rejected" else None,
    )


def _add_extremes(world: World) -> None:
    """Sums beyond 32 bits, a balance far below zero, ties for the most popular item, and an
    event whose business date is still to come elsewhere.
    """
    rng = world.rng
    rich, poor = world.of("clients", 1)[:2]
    for _ in range(3):
        _add_transaction(world, rich, "add", 2_147_483_647, _moment(rng))
    _add_transaction(world, rich, "redeem", -2_147_483_648, _moment(rng, 0.5))
    _add_transaction(world, poor, "deduct", -5_000, _moment(rng, 0.0, 0.1))
    _add_transaction(world, world.of("clients", 5)[0], "add", 1, LAST_MOMENT)
    client = world.of("clients", 8)[0]
    for _ in range(2):
        for item in world.of("redemption_items", 8)[:4]:
            world.add(
                "redemption_requests",
                website_id=8,
                client_id=client["id"],
                item_id=item["id"],
                points_used=25,
                status="fulfilled",
                requested_at=_moment(rng, 0.99, 0.995),
            )


def _add_caches(world: World) -> None:
    """`loyalty_points` as the application keeps them: mostly right, never below zero."""
    balances: dict[int, int] = {}
    for row in world.tables["loyalty_transactions"]:
        balances[row["client_id"]] = balances.get(row["client_id"], 0) + row["points"]
    for client in world.tables["clients"]:
        right = min(max(balances.get(client["id"], 0), 0), 2_147_483_647)
        drifted = max(right - 5, 0)
        client["loyalty_points"] = world.rng.choice((right, right, right, drifted, None, 7))
        client["tier_id"] = world.rng.choice((None, 1, 999))


def _add_widgets(world: World) -> None:
    rng = world.rng
    for number, config in enumerate(CONFIGS):
        for website_id, widget_type in (
            (1, WIDGET_TYPES[number % 7]),
            (rng.choice((2, 3, 5)), rng.choice(WIDGET_TYPES)),
        ):
            _add_widget(world, website_id, widget_type, config)
    for number, widget_type in enumerate(("points_issued", "top_redemptions", "points_balance")):
        for website_id in (11, 900_719):
            _add_widget(world, website_id, widget_type, CONFIGS[number])
    world.tables["dashboard_widgets"][0]["id"] = 9_007_199_254_740_995
    world.tables["dashboard_widgets"][1]["id"] = -1


def _add_widget(world: World, website_id: int, widget_type: str, config: str) -> None:
    rng = world.rng
    world.add(
        "dashboard_widgets",
        website_id=website_id,
        widget_type=widget_type,
        title=rng.choice(ODD_NAMES),
        position=rng.choice((-1, 0, 1, 1, 2, 5_000_000_000)),
        is_visible=rng.random() < 0.8,
        config=Json(config),
        created_at=rng.choice((None, _moment(rng))),
    )


# --- Dirt -------------------------------------------------------------------------------------


def _soil(world: World, file_format: FileFormat) -> None:
    """Adds rows of every reason to every entity that it can apply to."""
    clean = {entity: list(rows) for entity, rows in world.tables.items()}
    _spoil_optional_values(world)
    for entity, rows in clean.items():
        _add_invalid(world, entity, rows, file_format)
    _add_orphans(world, clean)
    _add_unknown_words(world, clean)
    _add_duplicates(world, clean)


def _twin(world: World, entity: str, row: Row, **changes: object) -> Row:
    """Adds a copy of the row with a fresh id (or that of `changes`) and other changes."""
    values = {name: value for name, value in row.items() if name != "id"}
    return world.add(entity, **{**values, **changes})


def _spoil_optional_values(world: World) -> None:
    """Unreadable values where null may stand: they are null."""
    for entity, kinds in KINDS.items():
        for name, kind in kinds.items():
            bads = BAD[kind[:-1]] if kind.endswith("?") else ()
            for bad in world.rng.sample(bads, min(3, len(bads))):
                world.rng.choice(world.tables[entity])[name] = bad


def _add_invalid(world: World, entity: str, rows: list[Row], file_format: FileFormat) -> None:
    for name, kind in KINDS[entity].items():
        if kind.endswith("?"):
            continue
        bads = [None, *BAD[kind]]
        if kind == "text" and file_format == "jsonl":
            bads.append("half a pair \ud83c")
        if entity == "redemption_requests" and name == "points_used":
            bads.append(-1)
        if entity == "wallet_conversions" and name == "points":
            bads.append(-1)
        for bad in bads:
            _twin(world, entity, world.rng.choice(rows), **{name: bad})
    # An unreadable row with the id of a readable one takes nothing from it.
    name = [name for name, kind in KINDS[entity].items() if not kind.endswith("?")][-1]
    kept = world.rng.choice(rows)
    _twin(world, entity, kept, id=kept["id"], **{name: None})


def _add_orphans(world: World, clean: dict[str, list[Row]]) -> None:
    """Rows that hang on something missing, on something of another website, or quarantined."""
    rng = world.rng
    for entity, rows in clean.items():
        if entity == "websites":
            continue
        for website_id in (4, 900_721, 2**62):
            _twin(world, entity, rng.choice(rows), website_id=website_id)
    stray_client = _twin(world, "clients", rng.choice(clean["clients"]), website_id=6)
    stray_category = _twin(
        world, "redemption_categories", clean["redemption_categories"][0], website_id=6
    )
    items = [row for row in clean["redemption_items"] if row["website_id"] == 1]
    elsewhere = next(row for row in clean["redemption_categories"] if row["website_id"] == 2)
    stray_item = _twin(world, "redemption_items", items[2], category_id=stray_category["id"])
    for category_id in (elsewhere["id"], 999_999, -1):
        _twin(world, "redemption_items", items[3], category_id=category_id)
    foreign_item = next(row for row in clean["redemption_items"] if row["website_id"] == 3)
    requests = [row for row in clean["redemption_requests"] if row["website_id"] == 1]
    for item_id in (stray_item["id"], foreign_item["id"], 999_999):
        _twin(world, "redemption_requests", rng.choice(requests), item_id=item_id)
    foreign = next(row for row in clean["clients"] if row["website_id"] == 2)
    for entity in ("redemption_requests", "loyalty_transactions", "wallet_conversions"):
        rows = [row for row in clean[entity] if row["website_id"] == 1]
        for client_id in (stray_client["id"], foreign["id"], 999_999):
            _twin(world, entity, rng.choice(rows), client_id=client_id)


def _add_unknown_words(world: World, clean: dict[str, list[Row]]) -> None:
    rng = world.rng
    requests, widgets = clean["redemption_requests"], clean["dashboard_widgets"]
    for word in ("Fulfilled", "fulfilled ", "done"):
        _twin(world, "redemption_requests", rng.choice(requests), status=word)
    for word in ("points_trend", "Points_Issued", "pie"):
        _twin(world, "dashboard_widgets", rng.choice(widgets), widget_type=word)
    ledger = clean["loyalty_transactions"]
    for word, points in (("ADD", 5), (" add", -5), ("refund", 5)):
        row = rng.choice(ledger)
        _twin(world, "loyalty_transactions", row, transaction_type=word, points=points)
    for word, points in (("add", -1), ("redeem", 1), ("deduct", 2_147_483_647)):
        row = rng.choice(ledger)
        _twin(world, "loyalty_transactions", row, transaction_type=word, points=points)


def _add_duplicates(world: World, clean: dict[str, list[Row]]) -> None:
    rng = world.rng
    for entity, rows in clean.items():
        exact = rng.choice(rows)
        for _ in range(2):
            _twin(world, entity, exact, id=exact["id"])
        for changes in _changes(entity):
            row = rng.choice(rows)
            moved = {name: change(row[name]) for name, change in changes.items()}
            _twin(world, entity, row, id=row["id"], **moved)


def _changes(entity: str) -> Iterator[dict[str, Callable[[Any], Any]]]:
    """What sets a duplicate apart: the time, the points, the position, or a later column."""

    def other(*values: object) -> Callable[[Any], Any]:
        return lambda value: next(new for new in values if new != value)

    def shifted(seconds: int) -> Callable[[datetime], datetime]:
        return lambda moment: moment + timedelta(seconds=seconds)

    if entity == "loyalty_transactions":
        yield {"timestamp": shifted(-1), "points": lambda points: points * 2}
        yield {"timestamp": shifted(1)}
        yield {"points": lambda points: points - (points < 0)}
        yield {"reason": lambda _: None}
        yield {"reason": other("zzz", "😀")}
        yield {"redemption_request_id": other(None, 18)}
        yield {"timestamp": shifted(3), "client_id": lambda _: 999_999}
        yield {"timestamp": shifted(-86_400), "website_id": other(3, 2)}
    elif entity == "redemption_requests":
        yield {"requested_at": shifted(-60), "status": other("rejected", "fulfilled")}
        yield {"requested_at": shifted(60), "status": other("fulfilled", "cancelled")}
        yield {"status": other("cancelled", "fulfilled")}
        yield {"status": other("rejected", "fulfilled")}
        yield {"points_used": lambda points: points + 1}
        yield {"fulfilled_at": lambda moment: None if moment else LATER}
        yield {"requested_at": shifted(5), "status": lambda _: "done"}
    elif entity == "wallet_conversions":
        yield {"converted_at": shifted(-60)}
        yield {"points": lambda points: points + 10, "amount": lambda _: Decimal("0.05")}
        yield {"amount": lambda amount: amount + Decimal("1.10")}
    elif entity == "dashboard_widgets":
        yield {"position": lambda position: position - 1, "title": lambda _: "first"}
        yield {"position": lambda position: position + 1, "title": lambda _: "second"}
        yield {"title": other("\uffee high", "😀 higher")}
        yield {"is_visible": lambda visible: not visible}
        yield {"config": lambda _: Json('{"days": 9, "colour": "#000"}')}
        yield {"created_at": lambda moment: None if moment else LATER}
    elif entity == "clients":
        yield {"website_id": other(2, 3)}
        yield {"loyalty_points": lambda _: None}
        yield {"tier_id": lambda _: 1000}
        yield {"date_joined": lambda _: LATER}
        yield {"date_joined": lambda _: None}
    elif entity == "websites":
        yield {"timezone": other(None, "UTC")}
        yield {"name": lambda name: f"{name} ✨"}
    else:
        yield {"website_id": other(5, 3)}
        yield {"name": lambda name: f"{name}\U0001f600"}
        yield {"name": lambda _: "\uffee"}
        if entity == "loyalty_tiers":
            yield {"threshold": lambda threshold: threshold - 1}
        if entity == "redemption_items":
            yield {"is_active": lambda active: None if active else True}


# --- Spelling: typed values as text -----------------------------------------------------------

OFFSETS = ("", "Z", "Z", "+00", "+00:00", "+05:30", "-0800", "+1345", "-03", "-00:30")


def _spell_time(rng: random.Random, moment: datetime) -> str:
    offset = rng.choice(OFFSETS)
    digits = offset[1:].replace(":", "")
    shift = timedelta(hours=int(digits[:2] or 0), minutes=int(digits[2:] or 0))
    local = moment - shift if offset.startswith("-") else moment + shift
    fraction = f"{local.microsecond:06d}"
    short = fraction.rstrip("0")
    decimals = rng.choice((short, short.ljust(3, "0"), fraction))
    text = local.strftime(f"%Y-%m-%d{rng.choice('T ')}%H:%M:%S")
    return text + (f".{decimals}" if decimals else "") + offset


def _spell(rng: random.Random, value: object) -> str:
    """One of the ways in which source-contract.md lets the value be written."""
    if isinstance(value, str):
        return str(value)
    if isinstance(value, bool):
        words = ("t", "TRUE", "True", "y", "Yes", "1") if value else ("f", "FALSE", "n", "No", "0")
        return rng.choice(words)
    if isinstance(value, int):
        forms = [f"{value}"] * 12 + [f"{value}.0", f"{value}.000"]
        if value >= 0:
            forms += [f"+{value}", f"00{value}"]
        return rng.choice(forms)
    if isinstance(value, Decimal):
        return rng.choice((f"{value}", f"{value}", f"{value}00", f"{value:+}"))
    return _spell_time(rng, value)


# --- Writing ----------------------------------------------------------------------------------


@dataclass
class Sheet:
    """One entity as it will be written: the columns in their order, and the rows."""

    entity: str
    columns: list[str]
    rows: list[Row]


def _csv_bytes(rng: random.Random, sheet: Sheet, dirty: bool) -> bytes:
    ending = rng.choice(("\n", "\r\n"))
    records = [
        ["" if row[name] is None else _spell(rng, row[name]) for name in sheet.columns]
        for row in sheet.rows
    ]
    if dirty and records:
        records.insert(len(records) // 2, ["7"] * (len(sheet.columns) + 1))
        records.insert(len(records) // 3, ["7"] * (len(sheet.columns) - 1))
        records.insert(len(records) // 4, [])
    buffer = io.StringIO()
    quoting = rng.choice((csv.QUOTE_MINIMAL, csv.QUOTE_ALL))
    csv.writer(buffer, lineterminator=ending, quoting=quoting).writerows([sheet.columns, *records])
    text = buffer.getvalue()
    if rng.random() < 0.3:
        text = text.removesuffix(ending)
    return text.encode("utf-8-sig" if rng.random() < 0.3 else "utf-8")


JSON_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")


def _json_token(rng: random.Random, value: object) -> str:
    if value is None:
        return "null"
    ascii_only = rng.random() < 0.5
    if isinstance(value, Json):
        return str(value) if rng.random() < 0.9 else json.dumps(str(value))
    if isinstance(value, bool):
        return ("true" if value else "false") if rng.random() < 0.8 else f'"{_spell(rng, value)}"'
    text = _spell(rng, value)
    is_number = JSON_NUMBER.fullmatch(text) is not None
    if is_number and type(value) is not str and rng.random() < 0.7:
        return text
    lone = re.search("[\ud800-\udfff]", text) is not None
    return json.dumps(text, ensure_ascii=ascii_only or lone)


def _jsonl_bytes(rng: random.Random, sheet: Sheet, dirty: bool) -> bytes:
    lines = []
    for row in sheet.rows:
        named = [
            name
            for name in sheet.columns
            if row[name] is not None or name == "id" or rng.random() < 0.5
        ]
        cells = [f"{json.dumps(name)}: {_json_token(rng, row[name])}" for name in named]
        if rng.random() < 0.02:
            cells.insert(0, '"id": 1')
        lines.append("{" + ", ".join(cells) + "}")
    if dirty and lines:
        broken = ('{"id": 7', '{"id": 7,}', '{"id": NaN}', "[1]", "null", "{'id': 7}", "", " \t")
        for line in broken:
            lines.insert(rng.randint(0, len(lines)), line)
    ending = rng.choice(("\n", "\r\n"))
    text = ending.join(lines)
    if text and rng.random() < 0.7:
        text += ending
    return text.encode()


def _native_array(kind: str, values: list[Any], rng: random.Random) -> pa.Array:
    """The column with its native type; what the type can't hold becomes null."""
    if kind == "int":
        fits = [value if type(value) is int else None for value in values]
        return pa.array(fits, pa.int64())
    if kind in ("time", "event"):
        fits = [value if isinstance(value, datetime) else None for value in values]
        zone = rng.choice((None, "UTC", "America/New_York"))
        if zone is None:
            fits = [value and value.replace(tzinfo=None) for value in fits]
        return pa.array(fits, pa.timestamp("us", zone))
    if kind == "int32":
        return _small_int_array(values, rng)
    if kind == "decimal":
        fits = [value if isinstance(value, Decimal) else None for value in values]
        return pa.array(fits, pa.decimal128(18, 4))
    if kind == "bool":
        fits = [value if isinstance(value, bool) else None for value in values]
        return pa.array(fits, pa.bool_())
    texts = [None if value is None else str(value) for value in values]
    return pa.array(texts, pa.string())


def _small_int_array(values: list[Any], rng: random.Random) -> pa.Array:
    """Points as 64-bit integers, or as doubles or decimals, which can hold 12.5 as well."""
    way = rng.choice(("int64", "double", "decimal"))
    if way == "int64":
        return pa.array([value if type(value) is int else None for value in values], pa.int64())
    halves = [12.5 if value == Raw("12.5") else value for value in values]
    fits = [value if type(value) in (int, float) else None for value in halves]
    if way == "double":
        return pa.array([None if value is None else float(value) for value in fits], pa.float64())
    decimals = [None if value is None else Decimal(str(value)) for value in fits]
    return pa.array(decimals, pa.decimal128(20, 3))


def _write_parquet(rng: random.Random, sheet: Sheet, path: Path, style: int) -> None:
    """Style 0: all columns are text; 1: all native; 2: native, but text where there is dirt."""
    arrays: dict[str, pa.Array] = {}
    for name in sheet.columns:
        values = [row[name] for row in sheet.rows]
        kind = KINDS[sheet.entity].get(name, "text").rstrip("?")
        has_dirt = any(isinstance(value, Raw) for value in values)
        if style == 0 or (style == 2 and has_dirt):
            texts = [None if value is None else _spell(rng, value) for value in values]
            arrays[name] = pa.array(texts, pa.string())
        else:
            arrays[name] = _native_array(kind, values, rng)
    pq.write_table(pa.table(arrays), path)


def _sheets(world: World, seed: int) -> Iterator[Sheet]:
    """The entities to write, some left out or without some columns, as the seed says."""
    for entity, rows in world.tables.items():
        columns = list(KINDS[entity])
        if entity == "dashboard_widgets" and seed % 4 == 1:
            continue
        if entity == "wallet_conversions" and seed % 4 == 2:
            continue
        if entity == "dashboard_widgets" and seed % 4 == 3:
            rows = []
        if seed % 5 == 3 and entity == "websites":
            columns.remove("timezone")
        if seed % 5 == 1 and entity == "clients":
            columns.remove("date_joined")
        if seed % 3 == 1:
            optional = ("reason", "redemption_type", "tier_id", "approved_at", "created_at")
            columns = [name for name in columns if name not in optional]
        if seed % 2:
            world.rng.shuffle(columns)
        if seed % 3 == 2:
            columns.insert(1, "extra")
            rows = [{**row, "extra": world.rng.choice((None, "x,y", "3"))} for row in rows]
        shuffled = world.rng.sample(rows, len(rows))
        yield Sheet(entity, columns, shuffled)


def write_dataset(
    directory: Path,
    seed: int,
    *,
    clients: int = 60,
    transactions: int = 1500,
    file_format: FileFormat = "csv",
    dirty: bool = True,
) -> None:
    """Writes one file for each entity into the directory, the same for the same arguments.

    Seeds: % 4 = 1 leaves out dashboard_widgets, 2 wallet_conversions, 3 empties the widgets ·
    % 5 = 3 leaves out timezone, 1 date_joined · % 3 = 1 leaves out other optional columns, 2 adds
    one · odd seeds shuffle columns · Parquet, % 3: 0 all text, 1 all native, 2 native or text.
    """
    directory.mkdir(parents=True, exist_ok=True)
    world = World(random.Random(f"loyalty {seed}"))
    _add_dimensions(world)
    _add_clients(world, clients)
    _add_events(world, transactions)
    _add_caches(world)
    _add_widgets(world)
    if dirty:
        _soil(world, file_format)
    for sheet in _sheets(world, seed):
        path = directory / f"{sheet.entity}.{file_format}"
        if file_format == "parquet":
            _write_parquet(world.rng, sheet, path, seed % 3)
        elif file_format == "csv":
            path.write_bytes(_csv_bytes(world.rng, sheet, dirty))
        else:
            path.write_bytes(_jsonl_bytes(world.rng, sheet, dirty))


def mid_history() -> date:
    """A business date with events before and after it, for runs that are given an as_of."""
    return (LAST_MOMENT - timedelta(days=100)).date()


def csv_records(path: Path) -> list[str]:
    """The header and records of a CSV file of a dataset, each whole, whatever its lines."""
    return re.split(r'\n(?=")', path.read_text(encoding="utf-8-sig"))
