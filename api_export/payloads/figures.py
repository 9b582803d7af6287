"""The figures whose rows can be listed, and how each is made of them."""

from typing import Literal

FIGURES: dict[str, Literal["sum", "count"]] = {
    "issued": "sum",
    "redeemed": "sum",
    "deducted": "sum",
    "outstanding": "sum",
    "redemptions": "count",
    "redemption_value": "sum",
    "conversions": "count",
    "points_converted": "sum",
    "active_clients": "count",
    "clients_with_transactions": "count",
    "clients_with_redemptions": "count",
}
"""Whether a figure is the sum of its rows' points, or their count. The rows of each are told in
`dbt_project/macros/publish_explain.sql`."""
