"""Orders and campaigns, and who is in them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from support.datasets.vocabulary import BUSY, HISTORY, LAST_MOMENT, ODD_NAMES, WEBSITES, Row
from support.datasets.world import World, add_transaction, any_moment, edge_moments

CROWD = 160
"""Clients, of whom 13 of 16 leave 30 for the other arm."""
ARMS: dict[str, tuple[str | None, Callable[[int], str | None]]] = {
    "halves": (None, lambda at: "treatment" if at % 2 else "control"),
    "13 of 16": ("0.8125", lambda at: "control" if at % 16 < 3 else "treatment"),
    "29 for control": ("0.8125", lambda at: "control" if at < 29 else "treatment"),
    "too few for control": ("0.5", lambda at: "control" if at % 3 == 0 else None),
    "no control": (None, lambda at: "treatment" if at % 2 else None),
}
"""Campaigns of a crowd: the share that was planned, and the arm of each client."""


def add_orders(world: World, orders: int) -> None:
    """Orders, some given back, of some websites without a margin or with one of some orders."""
    rng = world.rng
    zones = {website_id: zone for website_id, _, zone in WEBSITES}
    clients = [row for row in world.tables["clients"] if row["website_id"] in BUSY]
    for _ in range(orders):
        client = rng.choice(clients)
        website_id = client["website_id"]
        is_edge = rng.random() < 0.1
        amount = Decimal(rng.choice((0, -500, 9_999_999_999, rng.randint(1, 20_000)))).scaleb(-2)
        margins = (Decimal("0.01"), amount / 4, -amount) if website_id in (1, 2) else (None,)
        margin = rng.choice((*margins, None) if website_id == 2 else margins)
        world.add(
            "orders",
            website_id=website_id,
            client_id=client["id"],
            ordered_at=rng.choice(edge_moments(zones[website_id])) if is_edge else any_moment(rng),
            amount=amount,
            margin=margin and margin.quantize(Decimal("0.01")),
        )


def add_campaigns(world: World) -> None:
    """Campaigns of a moment, of days by local midnights, and without an end; with their members."""
    rng = world.rng
    for website_id, _, zone in WEBSITES[:5]:
        clients = world.of("clients", website_id)
        for number in range(6):
            starts_at = rng.choice(edge_moments(zone)) if number % 2 else any_moment(rng)
            length = rng.choice((timedelta(0), timedelta(days=1), timedelta(days=30), HISTORY))
            campaign = world.add(
                "campaigns",
                website_id=website_id,
                name=rng.choice(ODD_NAMES),
                starts_at=starts_at,
                ends_at=starts_at + length,
                cost=rng.choice((None, Decimal(0), Decimal("-1.50"), Decimal("1234.56"))),
                planned_treatment_share=rng.choice((None, Decimal("0.5"), Decimal("0.8125"))),
            )
            arms = (("treatment", "control"), ("treatment", None), (None,))[number % 3]
            for client in rng.sample(clients, rng.randint(0, len(clients))):
                world.add(
                    "campaign_members",
                    campaign_id=campaign["id"],
                    client_id=client["id"],
                    arm=rng.choice(arms),
                )
    world.tables["campaigns"][0]["ends_at"] = datetime(9999, 12, 31, 9, tzinfo=UTC)


def add_crowd(world: World) -> None:
    """Clients enough for an effect to be told from chance, and the campaigns that they were in.

    They have been clients of website 1 since before its first event, come more or less often, and
    redeem one item every week. The campaigns ended not long before mid_history and the last moment,
    but for one of which nothing is known.
    """
    rng = world.rng
    since = datetime(1999, 5, 6, tzinfo=UTC)
    crowd = [world.add("clients", website_id=1, date_joined=since) for _ in range(CROWD)]
    for end in (LAST_MOMENT - timedelta(days=6), LAST_MOMENT - timedelta(days=104)):
        for client in crowd:
            for _ in range(rng.choice((0, 1, 2, 3, 6))):
                _visit(world, client, end - rng.random() * timedelta(days=29))
        for arms in ARMS:
            _add_campaign_of(world, crowd, arms, end - timedelta(days=rng.randint(0, 3)))
    _add_campaign_of(world, crowd, "halves", datetime(2012, 5, 6, tzinfo=UTC))
    for week in range(40):
        for _ in range(rng.choice((1, 2, 2, 3))):
            _redeem(world, rng.choice(crowd), LAST_MOMENT - timedelta(weeks=week, hours=9))


def _visit(world: World, client: Row, at: datetime) -> None:
    """Something that counts for what a programme costs and brings."""
    rng = world.rng
    place = {"website_id": client["website_id"], "client_id": client["id"]}
    match rng.choice(("add", "add", "redeem", "order", "order", "request", "conversion")):
        case "conversion":
            amount = Decimal(rng.randint(1, 50)).scaleb(-2)
            world.add("wallet_conversions", **place, points=9, amount=amount, converted_at=at)
        case "request":
            _redeem(world, client, at)
        case "order":
            amount = Decimal(rng.randint(-500, 20_000)).scaleb(-2)
            margin = Decimal(rng.randint(-100, 5_000)).scaleb(-2)
            world.add("orders", **place, ordered_at=at, amount=amount, margin=margin)
        case kind:
            points = rng.randint(1, 300)
            add_transaction(world, client, kind, points if kind == "add" else -points, at)


def _redeem(world: World, client: Row, at: datetime) -> None:
    """Of the one item that everybody wants."""
    world.add(
        "redemption_requests",
        website_id=client["website_id"],
        client_id=client["id"],
        item_id=world.of("redemption_items", client["website_id"])[2]["id"],
        points_used=20,
        status="fulfilled",
        requested_at=at,
    )


def _add_campaign_of(world: World, crowd: list[Row], arms: str, end: datetime) -> None:
    """A campaign of two weeks or less, with the crowd in its arms as they are named."""
    rng = world.rng
    share, arm_of = ARMS[arms]
    campaign = world.add(
        "campaigns",
        website_id=1,
        name=arms,
        starts_at=end - timedelta(days=rng.randint(3, 13)),
        ends_at=end,
        cost=rng.choice((Decimal(100), Decimal("1234.56"), Decimal("0.07"))),
        planned_treatment_share=share and Decimal(share),
    )
    members = rng.sample(crowd, CROWD // 2 if arms == "no control" else CROWD)
    for at, client in enumerate(members):
        place = {"campaign_id": campaign["id"], "client_id": client["id"]}
        world.add("campaign_members", **place, arm=arm_of(at))


BEGINNERS = {900_719: timedelta(days=150), 900_720: timedelta(days=50)}
"""Websites that began so long before the last moment: too short a history for this or that."""


def add_beginners(world: World) -> None:
    """They, and a website that began the day before."""
    rng = world.rng
    for website_id, history in BEGINNERS.items():
        clients = [world.add("clients", website_id=website_id) for _ in range(6)]
        _redeem(world, clients[0], LAST_MOMENT - history)
        for _ in range(60):
            _visit(world, rng.choice(clients), LAST_MOMENT - rng.random() * history)
    newborn = world.add("clients", website_id=27_983_085_677)
    for hours in (2, 2, 20):
        at = LAST_MOMENT - timedelta(hours=hours)
        add_transaction(world, newborn, "add", 70, at)
        _redeem(world, newborn, at)
