"""What the programme cost and what its orders brought, key by key in the documented order."""

from datetime import date
from typing import Literal

from typing_extensions import TypedDict

from api_export.payloads.schemas import Exact


class ProgrammeValue(TypedDict):
    """The money of a window: what was sold, what the programme cost, and what must pay for it."""

    as_of: date | None
    days: int
    orders: int | None
    revenue: Exact | None
    revenue_of_redeemers: Exact | None
    points_redeemed_cost: Exact | None
    points_accrued_cost: Exact | None
    campaign_cost: Exact
    cost: Exact | None
    cost_rate: Exact | None
    break_even_uplift: Exact | None
    roi: Exact | None
    status: Literal[
        "no_orders", "no_margin", "no_point_value", "short_history", "no_experiment", "ok"
    ]
