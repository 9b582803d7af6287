"""Dirt: rows that break the contract, for every reason that it names."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from support.datasets.duplicates import changes_of
from support.datasets.vocabulary import KINDS, FileFormat, Raw, Row
from support.datasets.world import World

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
    "share": (
        Decimal(0),
        Decimal(1),
        Decimal("-0.5"),
        Decimal("1.25"),
        Raw("5e-1"),
        Raw(".5"),
        Raw("50%"),
        Raw("half"),
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


def add_dirt(world: World, file_format: FileFormat) -> None:
    """Adds rows of every reason to every entity that it can apply to."""
    clean = {entity: list(rows) for entity, rows in world.tables.items()}
    _spoil_optional_values(world)
    for entity, rows in clean.items():
        _add_invalid(world, entity, rows, file_format)
    _add_orphans(world, clean)
    _add_stray_members(world, clean)
    _add_unknown_words(world, clean)
    _add_duplicates(world, clean)


def _twin(world: World, entity: str, row: Row, **changes: object) -> Row:
    """Adds a copy of the row with a fresh id (or that of `changes`) and other changes."""
    values = {name: value for name, value in row.items() if name != "id"}
    return world.add(entity, **{**values, **changes})


def _copy(world: World, entity: str, row: Row, **changes: object) -> Row:
    """Adds a row of the same key with these changes."""
    return _twin(world, entity, row, id=row.get("id"), **changes)


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
    if entity == "campaigns":
        row = world.rng.choice(rows)
        _twin(world, entity, row, ends_at=row["starts_at"] - timedelta(microseconds=1))
    # An unreadable row with the id of a readable one takes nothing from it.
    name = [name for name, kind in KINDS[entity].items() if not kind.endswith("?")][-1]
    _copy(world, entity, world.rng.choice(rows), **{name: None})


def _add_orphans(world: World, clean: dict[str, list[Row]]) -> None:
    """Rows that hang on something missing, on something of another website, or quarantined."""
    rng = world.rng
    for entity, rows in clean.items():
        if "website_id" not in KINDS[entity]:
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
    for entity in ("redemption_requests", "loyalty_transactions", "wallet_conversions", "orders"):
        rows = [row for row in clean[entity] if row["website_id"] == 1]
        for client_id in (stray_client["id"], foreign["id"], 999_999):
            _twin(world, entity, rng.choice(rows), client_id=client_id)


def _add_stray_members(world: World, clean: dict[str, list[Row]]) -> None:
    """Members of no campaign and no client, of another website, in no arm and in both."""
    rng, entity = world.rng, "campaign_members"
    homes = {row["id"]: row["website_id"] for row in clean["campaigns"]}
    members = [row for row in clean[entity] if homes[row["campaign_id"]] == 1]
    stray_client = _twin(world, "clients", rng.choice(clean["clients"]), website_id=6)
    stray_campaign = _twin(world, "campaigns", rng.choice(clean["campaigns"]), website_id=6)
    foreign = next(row for row in clean["clients"] if row["website_id"] == 2)
    for campaign_id in (stray_campaign["id"], 999_999):
        _twin(world, entity, rng.choice(members), campaign_id=campaign_id)
    for client_id in (stray_client["id"], foreign["id"], 999_999):
        for arm in ("control", "treatment"):  # neither is valid, so they contradict nothing
            _twin(world, entity, rng.choice(members), client_id=client_id, arm=arm)
    for arm in ("Control", "treatment ", "both"):
        _twin(world, entity, rng.choice(members), arm=arm)


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
            _copy(world, entity, exact)
        for changes in changes_of(entity):
            row = rng.choice(rows)
            moved = {name: change(row[name]) for name, change in changes.items()}
            _copy(world, entity, row, **moved)
