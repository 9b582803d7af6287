"""The payloads that a programme's staff look at daily: items, requests, reasons, restatements."""

from datetime import date

from typing_extensions import TypedDict

from api_export.payloads.schemas import Exact, Id


class ItemPerformance(TypedDict):
    """An item: who can afford it, and how often it was redeemed lately."""

    id: Id
    name: str
    category: str
    points_required: int
    is_active: bool | None
    clients_who_can_afford: int
    affordable_rate: Exact
    redemptions_30: int
    redemptions_90: int
    redemptions_365: int
    clients_365: int
    last_redeemed: date | None
