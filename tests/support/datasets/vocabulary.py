"""The websites, names, tiers, widgets and columns that datasets are made of: odd on purpose."""

from datetime import UTC, datetime, timedelta
from typing import Any, Literal

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
RANGE_CONFIGS = (
    '{"date_from": "2023-12-30", "date_to": "2024-01-08"}',
    '{"date_from": "2024-01-11", "date_to": "2024-01-11", "limit": 2}',
    '{"date_to": "2023-12-31", "days": 7}',
    '{"date_to": "2024-01-01"}',
    '{"date_from": "2023-11-05", "days": 7}',
    '{"date_from": "2024-01-09", "days": "seven"}',
    '{"date_to": "2024-03-10", "days": 14}',
    '{"date_from": "2024-01-02", "date_to": "2024-01-01", "days": 9}',
    '{"date_from": "2014-01-01", "date_to": "2024-01-08"}',
    '{"date_from": "2013-12-31", "date_to": "2024-01-08"}',
    '{"date_from": "1970-01-01"}',
    '{"date_to": "1970-01-05", "days": 3660}',
    '{"date_from": "2023-12-01", "date_to": "2199-12-31"}',
    '{"date_from": "2199-12-31"}',
    '{"date_from": "1969-12-31", "date_to": "2200-01-01"}',
    '{"date_from": "2023-02-29", "date_to": "2024-1-05"}',
    '{"date_from": "2023-12-05T00:00:00", "date_to": " 2024-01-05"}',
    '{"date_from": 20231205, "date_to": null}',
    '{"date_from": ["2023-12-05"], "date_to": {"date_to": "2024-01-05"}}',
    '{"date_from": "", "date_to": "2024-01-05\\n"}',
    '{"date_from": "0000-00-00", "date_to": "\\u0662\\u0660\\u0662\\u0664-01-05"}',
    '{"date_from": "infinity", "date_to": "2023-12-32", "date_To": "2024-01-05"}',
    '{"date_from": "2023-12-05", "date_from": "2023-12-06", "date_to": "2023-12-07"}',
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
    *RANGE_CONFIGS,
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
    "orders": {
        "id": "int",
        "website_id": "int",
        "client_id": "int",
        "ordered_at": "event",
        "amount": "decimal",
        "margin": "decimal?",
    },
    "campaigns": {
        "id": "int",
        "website_id": "int",
        "name": "text",
        "starts_at": "time",
        "ends_at": "time",
        "cost": "decimal?",
        "planned_treatment_share": "share?",
    },
    "campaign_members": {"campaign_id": "int", "client_id": "int", "arm": "text?"},
}
