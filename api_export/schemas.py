"""The payloads, key by key in the documented order. A report has a column for each key.

Counts and points are whole numbers, rates and averages are exact decimals that JSON shows with the
decimals they have (`36.00`), dates are `YYYY-MM-DD`. What each figure counts is told by the
report's column descriptions.
"""

from datetime import date
from decimal import Decimal
from typing import Any, TypedDict


class Website(TypedDict):
    """A tenant of the programme."""

    id: int
    name: str
    timezone: str


class AnalyticsRecord(TypedDict):
    """The snapshot of a website and date range."""

    id: int
    website: int
    date_from: date
    date_to: date
    total_active_clients: int
    total_points_issued: int
    total_points_redeemed: int
    total_points_balance: int
    total_redemptions: int
    total_redemption_value: int
    most_popular_item: int | None
    most_popular_item_name: str | None
    bronze_count: int
    silver_count: int
    gold_count: int
    platinum_count: int
    active_redemptions_ratio: Decimal
    average_points_per_client: Decimal


class PointsTrendRow(TypedDict):
    """A day of points."""

    date: date
    issued: int
    redeemed: int
    balance: int


class TopRedemption(TypedDict):
    """An item and how often it was redeemed."""

    id: int
    name: str
    points_required: int
    redemption_count: int
    category: str


class TierShare(TypedDict):
    """A tier and the active clients in it."""

    tier_name: str
    count: int
    threshold: int
    percentage: Decimal


class EngagementStats(TypedDict):
    """How many clients take part in a window."""

    total_clients: int
    active_clients: int
    clients_with_redemptions: int
    clients_with_transactions: int
    engagement_rate: Decimal
    redemption_rate: Decimal


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
    average_redemption_value: Decimal
    average_points_per_client: Decimal
    client_lifetime_value: Decimal


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
    engagement_rate: Decimal


class CategoryShare(TypedDict):
    """A category and its redemptions in a window."""

    category: str
    redemptions: int
    points: int
    percentage: Decimal


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
    average_points_per_client: Decimal


class Conversion(TypedDict):
    """Points turned into wallet credit in a window."""

    as_of: date | None
    days: int
    conversions: int
    clients: int
    points_converted: int
    amount_converted: Decimal
    conversion_rate: Decimal
    amount_per_point: Decimal


class Widget(TypedDict):
    """A dashboard component as configured; `created_at` is ISO 8601 in UTC."""

    id: int
    website: int
    website_name: str
    widget_type: str
    title: str
    position: int
    is_visible: bool
    config: Any
    created_at: str | None


class WidgetData(TypedDict):
    """A widget with the payload of its type's endpoint."""

    widget: Widget
    as_of: date | None
    data: Any
