"""The source contract (source-contract.md): entities, columns, words and bounds."""

from datetime import UTC, date, datetime
from typing import Any, NamedTuple

Cells = dict[str, str | None]
Row = dict[str, Any]
Range = tuple[int, date, date]
JsonValue = dict[str, "JsonValue"] | list["JsonValue"] | str | bool | None
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FIRST_EVENT = EPOCH
AFTER_LAST_EVENT = datetime(2200, 1, 1, tzinfo=UTC)


class UnusableSourceError(ValueError):
    """The source stops the run: an entity or column is missing, or a timezone is unknown."""


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
    "orders": _columns(
        "id int64, website_id int64, client_id int64, ordered_at time, amount decimal,"
        "margin decimal?"
    ),
    "campaigns": _columns(
        "id int64, website_id int64, name text, starts_at time, ends_at time, cost decimal?,"
        "planned_treatment_share share?"
    ),
    "campaign_members": _columns("campaign_id int64, client_id int64, arm arm?"),
}
MADE_WIDGET_IDS = range(9 * 10**15, 9 * 10**15 + 10**12)
OPTIONAL_ENTITIES = {
    *("wallet_conversions", "dashboard_widgets"),
    *("orders", "campaigns", "campaign_members"),
}
EVENT_TIME = {
    "loyalty_transactions": "timestamp",
    "redemption_requests": "requested_at",
    "wallet_conversions": "converted_at",
}
# Orders move neither as_of nor the first event, but their time is bounded as an event's is.
BOUNDED_TIME = EVENT_TIME | {"orders": "ordered_at"}
RANKED_FIRST = {
    "loyalty_transactions": ("timestamp", "points"),
    "redemption_requests": ("requested_at", "points_used"),
    "wallet_conversions": ("converted_at", "points"),
    "orders": ("ordered_at", "amount"),
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
    "unknown_campaign",
    "unknown_client",
    "website_mismatch",
    "unknown_item",
    "unknown_type",
    "unknown_status",
    "unknown_widget_type",
    "unknown_arm",
    "sign_mismatch",
    "conflicting_arms",
)
TRANSACTION_TYPES = {"add", "redeem", "deduct"}
ARMS = {"treatment", "control"}
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
    "orders",
    "campaigns",
    "campaign_members",
)
