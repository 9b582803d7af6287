"""Every endpoint and its payload, by what it takes (metrics.md)."""

from collections.abc import Callable
from typing import Any

from support.recount.campaigns import campaigns
from support.recount.clients import lifecycle, lifecycle_moves, segments
from support.recount.cohorts import cohorts, first_redemption, tier_migration
from support.recount.comparison import comparison
from support.recount.daily import issue_sources, item_performance, request_funnel
from support.recount.forecasts import forecast, forecast_accuracy
from support.recount.headlines import headlines
from support.recount.money import (
    aging,
    liability,
    liability_backtest,
    redemption_curve,
    roll_forward,
)
from support.recount.payloads import (
    conversion,
    engagement_stats,
    engagement_trend,
    overview,
    points_balance,
    points_trend,
    redemption_categories,
    redemption_patterns,
    redemption_trend,
    tier_distribution,
    top_redemptions,
)
from support.recount.programme_value import programme_value
from support.recount.sites import Site

PLAIN: dict[str, Callable[[Site], Any]] = {
    "tier_distribution": tier_distribution,
    "points_balance": points_balance,
    "segments": segments,
    "lifecycle": lifecycle,
    "lifecycle_moves": lifecycle_moves,
    "tier_migration": tier_migration,
    "cohorts": cohorts,
    "first_redemption": first_redemption,
    "roll_forward": roll_forward,
    "aging": aging,
    "redemption_curve": redemption_curve,
    "liability": liability,
    "liability_backtest": liability_backtest,
    "item_performance": item_performance,
    "forecast_accuracy": forecast_accuracy,
    "campaigns": campaigns,
}
WINDOWED: dict[str, Callable[[Site, int], Any]] = {
    "points_trend": points_trend,
    "engagement_stats": engagement_stats,
    "overview": overview,
    "redemption_trend": redemption_trend,
    "engagement_trend": engagement_trend,
    "redemption_categories": redemption_categories,
    "redemption_patterns": redemption_patterns,
    "conversion": conversion,
    "request_funnel": request_funnel,
    "issue_sources": issue_sources,
    "comparison": comparison,
    "headlines": headlines,
    "programme_value": programme_value,
    "forecast": forecast,
}
HORIZONS = {"forecast": (7, 30, 90)}
"""Days that lie ahead are not those of the setting."""
LIMITED: dict[str, Callable[[Site, int], Any]] = {"top_redemptions": top_redemptions}
SIZED = {"days": WINDOWED, "limit": LIMITED}
ADDED_UP = (
    *("overview", "points_trend", "redemption_trend", "engagement_stats"),
    *("comparison", "headlines"),
)
"""What the folder `all` has by days, beside points_balance and roll_forward."""


def size_key(endpoint: str) -> str | None:
    """The parameter that the endpoint takes."""
    return next((key for key, endpoints in SIZED.items() if endpoint in endpoints), None)


def payload_of(site: Site, endpoint: str, size: int | None = None) -> object:
    """What the endpoint answers; with a size where it takes one."""
    key = size_key(endpoint)
    return PLAIN[endpoint](site) if key is None else SIZED[key][endpoint](site, size)
