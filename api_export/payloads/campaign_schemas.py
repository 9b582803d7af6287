"""What campaigns brought, key by key in the documented order.

What can't be known is null, never 0; `status` says why.
"""

from datetime import date
from typing import Literal

from typing_extensions import TypedDict

from api_export.payloads.schemas import Exact, Id

Metric = Literal[
    "points_issued",
    "points_redeemed",
    "redemptions",
    "active_days",
    "revenue",
    "margin",
]


class CampaignMetric(TypedDict):
    """What treated and compared clients did, and the difference, with its 95 % interval."""

    metric: Metric
    treatment_mean: Exact | None
    comparison_mean: Exact | None
    treatment_mean_before: Exact | None
    comparison_mean_before: Exact | None
    effect: Exact | None
    effect_low: Exact | None
    effect_high: Exact | None
    adjusted_effect: Exact | None
    adjusted_low: Exact | None
    adjusted_high: Exact | None
    relative_effect: Exact | None
    incremental_total: Exact | None


class Campaign(TypedDict):
    """A campaign, whom it compares, and what that tells of each metric."""

    id: Id
    name: str
    date_from: date
    date_to: date
    design: Literal["experiment", "observational"]
    is_causal: bool
    status: Literal["too_early", "srm_failed", "too_few", "ok"]
    treatment_clients: int
    comparison_clients: int
    members_elsewhere: int
    sample_ratio_chi2: Exact | None
    cost: Exact | None
    return_on_cost: Exact | None
    revenue_per_cost: Exact | None
    metrics: list[CampaignMetric]
