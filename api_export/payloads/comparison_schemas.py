"""The payload that holds figures against those of the dates before."""

from typing import Literal

from typing_extensions import TypedDict

from api_export.payloads.schemas import Exact


class ComparedFigure(TypedDict):
    """A figure of a window, and what it was in as many dates just before."""

    figure: Literal[
        "points_outstanding",
        "points_issued",
        "points_redeemed",
        "redemptions",
        "redemption_points",
        "average_redemption_value",
        "active_clients",
        "points_per_active_client",
        "clients_with_transactions",
        "engagement_rate",
        "new_clients",
        "points_converted",
    ]
    value: Exact
    value_before: Exact | None
    change: Exact | None
    change_percentage: Exact | None
    status: Literal["before_first_event", "ok"]
