"""What points cost, key by key in the documented order: roll-forward, ageing, curve, liability.

A month is shown as its first date. What can't be known is null, never 0.
"""

from datetime import date
from typing import Literal

from typing_extensions import TypedDict

from api_export.payloads.schemas import Exact


class RollForwardMonth(TypedDict):
    """A month of points, from its opening to its closing balance."""

    month: date
    opening: int
    issued: int
    refunded: int
    redeemed: int
    deducted: int
    closing: int
    is_complete: bool


class AgingMonth(TypedDict):
    """The points issued in a month, and what became of them."""

    issued_month: date
    issued: int
    redeemed: int
    deducted: int
    outstanding: int
    expected_redeemed: int | None


class RedemptionAge(TypedDict):
    """An age that points reach, and what is redeemed by its end."""

    age_months: int
    points_at_risk: int
    redeemed: int
    deducted: int
    redeemed_rate: Exact


class Liability(TypedDict):
    """What the points that are held will cost."""

    as_of: date | None
    points_held: int
    points_overdrawn: int
    points_expected: int | None
    breakage_rate: Exact | None
    ultimate_redemption_rate: Exact | None
    months_observed: int
    point_value: Exact | None
    liability_amount: Exact | None
    liability_if_all_redeemed: Exact | None
    status: Literal["short_history", "no_point_value", "ok"]


class BacktestedMonth(TypedDict):
    """What was expected of the three months after a month, and what they brought."""

    month: date
    expected: int
    actual: int
    error_percentage: Exact | None
