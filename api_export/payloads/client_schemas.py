"""The payloads that say who the clients are, key by key in the documented order."""

from datetime import date
from typing import Literal

from typing_extensions import TypedDict

from api_export.payloads.schemas import Exact, Id

Segment = Literal[
    "champions",
    "loyal",
    "potential_loyalist",
    "new",
    "promising",
    "need_attention",
    "about_to_sleep",
    "cant_lose",
    "at_risk",
    "hibernating",
]
LifecycleState = Literal["new", "active", "at_risk", "lapsed", "never_active"]


class SegmentShare(TypedDict):
    """A segment and the clients in it."""

    segment: Segment
    clients: int
    percentage: Exact
    points_balance: int
    points_issued: int
    redemptions: int
    clients_before: int


class LifecycleShare(TypedDict):
    """A state of the lifecycle and the members in it."""

    state: LifecycleState
    clients: int
    percentage: Exact
    points_balance: int
    clients_before: int


class LifecycleMove(TypedDict):
    """Members by their state 30 days ago, null for who has joined since, and now."""

    from_state: LifecycleState | None
    to_state: LifecycleState
    clients: int


class TierMove(TypedDict):
    """Clients by their tier before a month and at its end, null for none."""

    month: date
    from_tier_id: Id | None
    from_tier: str | None
    to_tier_id: Id | None
    to_tier: str | None
    clients: int


class CohortMonth(TypedDict):
    """Clients who joined in one month, some months later."""

    cohort: date
    months_since: int
    clients: int
    active_clients: int
    redeeming_clients: int
    retention_rate: Exact


class FirstRedemption(TypedDict):
    """How long clients take to redeem for the first time."""

    clients: int
    redeemed: int
    median_days: int | None
    after_30_days: Exact | None
    after_90_days: Exact | None
    after_365_days: Exact | None
