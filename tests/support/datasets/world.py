"""A clean world: rows of every entity, with events at the edges of days and numbers."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from itertools import pairwise
from zoneinfo import ZoneInfo

from support.datasets.vocabulary import (
    BUSY,
    CONFIGS,
    HISTORY,
    KINDS,
    LAST_MOMENT,
    LATER,
    ODD_NAMES,
    STATUSES,
    TIERS,
    WEBSITES,
    WIDGET_TYPES,
    Json,
    Row,
)


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


def any_moment(rng: random.Random, after: float = 0.0, before: float = 1.0) -> datetime:
    """A moment in that part of the history, more often late than early."""
    part = after + (before - after) * rng.random() ** 0.6
    moment = LAST_MOMENT - HISTORY + part * HISTORY
    micros = rng.choice((0, 0, 0, 500_000, 123_456, 1))
    return moment.replace(microsecond=micros)


def edge_moments(zone_name: str | None) -> list[datetime]:
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


def add_dimensions(world: World) -> None:
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


def add_clients(world: World, clients: int) -> None:
    rng = world.rng
    weights = (8, 5, 4, 3, 2, 1)
    places = rng.choices((*BUSY, 27_983_085_677), weights, k=max(0, clients - 12))
    for website_id in [*BUSY, *BUSY, 900_719, 27_983_085_677, *places]:
        joined: datetime | None = any_moment(rng, 0.0, 0.9)
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


def add_events(world: World, transactions: int) -> None:
    rng = world.rng
    clients = [row for row in world.tables["clients"] if row["website_id"] in BUSY]
    live = [row for row in clients if rng.random() < 0.85] or clients
    active = {row["id"]: _activity(rng) for row in live}
    zones = {website_id: zone for website_id, _, zone in WEBSITES}
    edges = {website_id: edge_moments(zones[website_id]) for website_id in BUSY}

    def when(client: Row) -> datetime:
        if rng.random() < 0.12:
            return rng.choice(edges[client["website_id"]])
        return any_moment(rng, *active[client["id"]])

    for _ in range(transactions):
        client = rng.choice(live)
        kind = rng.choices(("add", "redeem", "deduct"), (6, 3, 1))[0]
        add_transaction(world, client, kind, _points(rng, kind), when(client))
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


def add_transaction(world: World, client: Row, kind: str, points: int, at: datetime) -> Row:
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
        add_transaction(world, rich, "add", 2_147_483_647, any_moment(rng))
    add_transaction(world, rich, "redeem", -2_147_483_648, any_moment(rng, 0.5))
    add_transaction(world, poor, "deduct", -5_000, any_moment(rng, 0.0, 0.1))
    add_transaction(world, world.of("clients", 5)[0], "add", 1, LAST_MOMENT)
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
                requested_at=any_moment(rng, 0.99, 0.995),
            )


def add_caches(world: World) -> None:
    """`loyalty_points` as the application keeps them: mostly right, never below zero."""
    balances: dict[int, int] = {}
    for row in world.tables["loyalty_transactions"]:
        balances[row["client_id"]] = balances.get(row["client_id"], 0) + row["points"]
    for client in world.tables["clients"]:
        right = min(max(balances.get(client["id"], 0), 0), 2_147_483_647)
        drifted = max(right - 5, 0)
        client["loyalty_points"] = world.rng.choice((right, right, right, drifted, None, 7))
        client["tier_id"] = world.rng.choice((None, 1, 999))


def add_widgets(world: World) -> None:
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
        created_at=rng.choice((None, any_moment(rng))),
    )
