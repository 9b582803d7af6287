"""The payloads, key by key in the documented order. A report has a column for each key.

Counts and points are whole numbers, rates and averages are exact decimals that JSON shows with the
decimals they have (`36.00`), dates are `YYYY-MM-DD`. What each figure counts stands in the
report's column descriptions.
"""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field, WithJsonSchema
from typing_extensions import TypedDict

INT64 = {"type": "integer", "format": "int64"}
Id = Annotated[
    int,
    WithJsonSchema(
        INT64
        | {
            "description": "May be any 64-bit number: a reader whose numbers are floats, as"
            " JavaScript's are, rounds those beyond 2^53 unless it takes them as text."
        }
    ),
]
"""An id as the source has it."""
Exact = Annotated[Decimal, WithJsonSchema({"type": "number"})]
"""A rate, average or amount, shown with the decimals that it has."""
WidgetType = Literal[
    "points_issued",
    "redemptions_trend",
    "tier_distribution",
    "top_redemptions",
    "engagement_rate",
    "points_balance",
    "conversion_rate",
]


class Website(TypedDict):
    """A tenant of the programme."""

    id: Id
    name: str
    timezone: str


class AnalyticsRecord(TypedDict):
    """The snapshot of a website and date range."""

    id: int
    website: Id
    date_from: date
    date_to: date
    total_active_clients: int
    total_points_issued: int
    total_points_redeemed: int
    total_points_balance: int
    total_redemptions: int
    total_redemption_value: int
    most_popular_item: Id | None
    most_popular_item_name: str | None
    bronze_count: int
    silver_count: int
    gold_count: int
    platinum_count: int
    active_redemptions_ratio: Exact
    average_points_per_client: Exact


class PointsTrendRow(TypedDict):
    """A day of points."""

    date: date
    issued: int
    redeemed: int
    balance: int


class TopRedemption(TypedDict):
    """An item and how often it was redeemed."""

    id: Id
    name: str
    points_required: int
    redemption_count: int
    category: str


class TierShare(TypedDict):
    """A tier and the active clients in it."""

    tier_name: str
    count: int
    threshold: int
    percentage: Exact


class EngagementStats(TypedDict):
    """How many clients take part in a window."""

    total_clients: int
    active_clients: int
    clients_with_redemptions: int
    clients_with_transactions: int
    engagement_rate: Exact
    redemption_rate: Exact


class Overview(TypedDict):
    """The headline figures of a window."""

    as_of: date | None
    days: int
    total_active_clients: int
    total_points_issued: int
    total_points_redeemed: int
    total_points_balance: int
    total_redemptions: int
    total_redemption_value: int
    average_redemption_value: Exact
    average_points_per_client: Exact
    client_lifetime_value: Exact


class RedemptionTrendRow(TypedDict):
    """A day of redemptions."""

    date: date
    redemptions: int
    points: int
    clients: int


class EngagementTrendRow(TypedDict):
    """A day of engagement."""

    date: date
    total_clients: int
    active_clients: int
    clients_with_transactions: int
    clients_with_redemptions: int
    engagement_rate: Exact


class CategoryShare(TypedDict):
    """A category and its redemptions in a window."""

    category: str
    redemptions: int
    points: int
    percentage: Exact


class PatternCell(TypedDict):
    """An hour of the week and its redemptions in a window."""

    weekday: int
    hour: int
    redemptions: int


class PointsBalance(TypedDict):
    """The outstanding points."""

    as_of: date | None
    total_points_balance: int
    active_clients: int
    average_points_per_client: Exact


class Conversion(TypedDict):
    """Points turned into wallet credit in a window."""

    as_of: date | None
    days: int
    conversions: int
    clients: int
    points_converted: int
    amount_converted: Exact
    conversion_rate: Exact
    amount_per_point: Exact


class Widget(TypedDict):
    """A dashboard component as configured; `created_at` is ISO 8601 in UTC."""

    id: Id
    website: Id
    website_name: str
    widget_type: WidgetType
    title: str
    position: Annotated[int, WithJsonSchema(INT64)]
    is_visible: bool
    config: Any
    created_at: str | None


WidgetPayload = (
    list[PointsTrendRow]
    | list[RedemptionTrendRow]
    | list[TierShare]
    | list[TopRedemption]
    | EngagementStats
    | PointsBalance
    | Conversion
)
"""What a widget shows: the payload of its type's endpoint."""


class WidgetData(TypedDict):
    """A widget with what it shows."""

    widget: Annotated[Widget, Field(description="The widget as configured.")]
    as_of: Annotated[
        date | None,
        Field(description="Business date up to which everything is counted; null without any."),
    ]
    data: Annotated[
        WidgetPayload, Field(description="What it shows: the payload of its type's endpoint.")
    ]
