"""The payloads that a programme's staff look at daily: items, requests, reasons, restatements."""

from datetime import date

from typing_extensions import TypedDict

from api_export.payloads.schemas import Exact, Id


class ItemPerformance(TypedDict):
    """An item: who can afford it, how often it was redeemed lately, and how often it will be."""

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
    expected_30: int | None
    expected_30_low: int | None
    expected_30_high: int | None


class RequestFunnel(TypedDict):
    """What became of the requests made in a window, and how soon."""

    as_of: date | None
    days: int
    requests: int
    pending: int
    approved: int
    fulfilled: int
    rejected: int
    cancelled: int
    rejection_rate: Exact
    median_hours_to_approval: Exact | None
    median_hours_to_fulfilment: Exact | None
    median_hours_to_rejection: Exact | None


class IssueSource(TypedDict):
    """A reason and the points issued for it in a window."""

    reason: str | None
    points: int
    transactions: int


class Restatement(TypedDict):
    """A figure of a period that was published otherwise before."""

    date_from: date
    date_to: date
    figure: str
    reported_as_of: date
    restated_as_of: date
    from_value: Exact
    to_value: Exact
    rows_added: int
    rows_changed: int
    rows_removed: int
