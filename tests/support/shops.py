"""The source of a small programme: every widget in every chart, names that attack, ten years."""

import json
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

AS_OF = date(2024, 4, 30)
HISTORY_DAYS = 3650
SHOP, EMPTY, HOSTILE, OLD = 1, 2, 3, 4
CHARTS = {
    "points_issued": ("line", "bar"),
    "redemptions_trend": ("bar", "line"),
    "tier_distribution": ("bar", "doughnut", "pie"),
    "top_redemptions": ("table", "bar", "pie", "doughnut"),
    "engagement_rate": ("metric", "bar", "doughnut", "pie"),
    "points_balance": ("metric",),
    "conversion_rate": ("metric",),
}
"""The charts that each type of widget can be, the usual one first; each can be a table too."""

ATTACKS = (
    '<img src=x onerror="document.title=1">',
    "</script><script>alert(1)</script>",
    "line\u2028break\u2029and \u202eturned",
    "\u200fעברית <b>bold</b>",
)

LONG_TITLE = "no end " * 20_000 + "x" * 20_000
STRANGE_CONFIGS: tuple[Any, ...] = (
    {"chart": {"toString": 1}},
    {"chart": {"toString": {"toString": 1}}, "days": {"valueOf": 1}},
    {"chart": ["line"]},
    {"chart": [[["pie"]]]},
    {"chart": 7},
    {"chart": True},
    {"chart": None},
    {"chart": ""},
    {"chart": "__proto__"},
    {"chart": "constructor"},
    {"chart": "hasOwnProperty"},
    {"chart": "x" * 100_000},
    {"chart": ATTACKS[0]},
    {"__proto__": {"chart": "table", "toString": 1}, "constructor": {"prototype": {"days": 3}}},
    {"toString": 1, "valueOf": None, "hasOwnProperty": False},
    {"id": -9.5, "days": [{"days": 14}], "limit": {"limit": 1}},
    {"deep": json.loads("[" * 200 + "]" * 200)},
    {str(number): number for number in range(1000)},
    [],
    [{"chart": "table"}],
    '"table"',  # the text of a JSON string
    5,
    False,
)
"""Configs that name no chart, in every way that untyped JSON can."""

Row = dict[str, Any]


def write_shops(directory: Path) -> None:
    """Write JSONL files of a shop, and of websites with nothing, with attacks, with ten years."""
    directory.mkdir(parents=True)
    for entity, rows in _entities().items():
        lines = "".join(json.dumps(row) + "\n" for row in rows)
        (directory / f"{entity}.jsonl").write_text(lines, encoding="utf-8")


def _entities() -> dict[str, list[Row]]:
    requests = _requests()
    return {
        "websites": [
            {"id": SHOP, "name": "Shop", "timezone": "UTC"},
            {"id": EMPTY, "name": "Nothing here yet", "timezone": "Asia/Kolkata"},
            {"id": HOSTILE, "name": ATTACKS[0], "timezone": "UTC"},
            {"id": OLD, "name": "Ten years old", "timezone": "UTC"},
        ],
        "clients": [
            *({"id": client, "website_id": SHOP, "loyalty_points": 1} for client in range(1, 41)),
            {"id": 41, "website_id": HOSTILE, "loyalty_points": 7},
            {"id": 42, "website_id": OLD, "loyalty_points": 1},
        ],
        "loyalty_tiers": [
            _named(number, SHOP, name, threshold=threshold)
            for number, (name, threshold) in enumerate(
                (("Bronze", 0), ("Silver", 4000), ("Gold", 9000), ("Platinum", 99_000)), start=1
            )
        ]
        + [_named(10 + at, HOSTILE, name, threshold=at) for at, name in enumerate(ATTACKS)],
        "redemption_categories": [
            _named(1, SHOP, "Discounts"),
            _named(2, SHOP, "Cash"),
            *(_named(10 + at, HOSTILE, name) for at, name in enumerate(ATTACKS)),
        ],
        "redemption_items": [
            _item(5, SHOP, "$10 Discount Code", 1),
            _item(3, SHOP, "$5 Wallet Credit", 2),
            *(_item(10 + at, HOSTILE, name, 10 + at) for at, name in enumerate(ATTACKS)),
        ],
        "redemption_requests": requests,
        "loyalty_transactions": _transactions(),
        "wallet_conversions": [
            {
                "id": 1,
                "website_id": SHOP,
                "client_id": 1,
                "points": 500,
                "amount": "5.00",
                "converted_at": _at(AS_OF, 9),
            }
        ],
        "orders": _orders(),
        "campaigns": _campaigns(),
        "campaign_members": [
            {"campaign_id": 1 + client % 2, "client_id": client, "arm": arm}
            for client, arm in zip(range(1, 41), ("treatment", None, "control") * 14, strict=False)
        ]
        + [{"campaign_id": 10 + at, "client_id": 41} for at in range(len(ATTACKS))],
        "dashboard_widgets": [
            {"id": number, "position": number, "is_visible": True, **widget}
            for number, widget in enumerate(_widgets(), start=1)
        ],
    }


def _at(day: date, hour: int) -> str:
    return datetime.combine(day, time(hour), UTC).strftime("%Y-%m-%d %H:%M:%S")


def _named(number: int, website: int, name: str, **values: int) -> Row:
    return {"id": number, "website_id": website, "name": name, **values}


def _item(number: int, website: int, name: str, category: int) -> Row:
    return _named(number, website, name, category_id=category, points_required=100)


def _transactions() -> list[Row]:
    """Purchases on most days of a year and of ten years, and one on the hostile website."""
    days = [(ago, AS_OF - timedelta(days=ago)) for ago in range(HISTORY_DAYS) if ago % 7 != 3]
    rows = [(OLD, 42, 20 + ago * 13 % 90, day) for ago, day in days]
    rows += [(SHOP, ago * ago % 40 + 1, 20 + ago * 13 % 90, day) for ago, day in days[:350]]
    rows += [(HOSTILE, 41, 7, AS_OF)]
    return [
        {
            "id": number,
            "website_id": website,
            "client_id": client,
            "points": points,
            "transaction_type": "add",
            "timestamp": _at(day, 12),
        }
        for number, (website, client, points, day) in enumerate(rows, start=1)
    ]


def _requests() -> list[Row]:
    """Redemptions of the shop every third day at changing hours, and one of each attack."""
    rows = [
        (SHOP, 5 if ago % 4 else 3, ago % 40 + 1, AS_OF - timedelta(days=ago), 8 + ago % 9)
        for ago in range(0, 400, 3)
    ]
    rows += [(HOSTILE, 10 + at, 41, AS_OF, 12) for at in range(len(ATTACKS))]
    return [
        {
            "id": number,
            "website_id": website,
            "client_id": client,
            "item_id": item,
            "points_used": 100,
            "status": "fulfilled",
            "requested_at": _at(day, hour),
        }
        for number, (website, item, client, day, hour) in enumerate(rows, start=1)
    ]


def _orders() -> list[Row]:
    """A year of the shop's orders, now and then one given back, and one on the hostile website."""
    rows = [
        (SHOP, ago % 40 + 1, AS_OF - timedelta(days=ago), -5 if ago % 17 == 0 else 9 + ago % 50)
        for ago in range(365)
    ]
    rows += [(HOSTILE, 41, AS_OF, 1)]
    return [
        {
            "id": number,
            "website_id": website,
            "client_id": client,
            "ordered_at": _at(day, 11),
            "amount": f"{amount}.90",
            "margin": f"{amount / 4:.2f}",
        }
        for number, (website, client, day, amount) in enumerate(rows, start=1)
    ]


def _campaigns() -> list[Row]:
    """Two of the shop, and one of each attack."""
    rows = [(1, SHOP, "Spring"), (2, SHOP, "Easter")]
    rows += [(10 + at, HOSTILE, name) for at, name in enumerate(ATTACKS)]
    return [
        _named(
            number,
            website,
            name,
            starts_at=_at(AS_OF - timedelta(days=40), 0),
            ends_at=_at(AS_OF - timedelta(days=10), 0),
            cost="120.00",
        )
        for number, website, name in rows
    ]


def _widgets() -> list[Row]:
    """Each type in each chart, named by both; configs that ask for more, or for the impossible."""
    asked: list[tuple[str, str, Row]] = [
        (kind, f"{kind} as {chart}", {"chart": chart})
        for kind, charts in CHARTS.items()
        for chart in dict.fromkeys((*charts, "table"))
    ]
    asked += [(kind, f"{kind} unasked", {"colour": "red", "chart": "radar"}) for kind in CHARTS]
    asked += [
        ("points_issued", "Two weeks", {"days": 14}),
        ("engagement_rate", "Odd days", {"days": 14.0}),
        ("top_redemptions", "One item", {"limit": 1}),
        ("points_issued", "A week", {"date_from": "2024-01-01", "date_to": "2024-01-07"}),
        ("engagement_rate", "Five days", {"date_to": "2024-03-31", "days": 5}),
        ("engagement_rate", "Since then", {"date_from": "2024-04-20", "date_to": "2024-4-30"}),
        ("engagement_rate", "Not yet", {"date_from": "2024-04-20", "date_to": "2024-05-01"}),
    ]
    hostile = [(kind, ATTACKS[at % 4], {}) for at, kind in enumerate(CHARTS)]
    hostile += [("points_balance", LONG_TITLE, {})]
    hostile += [
        ("points_issued", f"Strange config {number}", config)
        for number, config in enumerate(STRANGE_CONFIGS)
    ]
    old = [
        ("points_issued", f"Ten years as {chart}", {"days": HISTORY_DAYS, "chart": chart})
        for chart in ("line", "bar")
    ]
    placed = [
        {"website_id": website, "widget_type": kind, "title": title, "config": config}
        for website, widgets in ((SHOP, asked), (HOSTILE, hostile), (OLD, old))
        for kind, title, config in widgets
    ]
    hidden = {"website_id": SHOP, "widget_type": "points_issued", "title": "Hidden", "config": {}}
    return [*placed, {**hidden, "is_visible": False}]
