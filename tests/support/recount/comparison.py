"""Figures of a window beside those of the dates before (metrics.md)."""

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

from support.recount.blocks import ONE_DAY, rounded
from support.recount.contract import Row
from support.recount.months import first_event
from support.recount.payloads import conversion, engagement_stats, overview
from support.recount.sites import Site

FIGURES: dict[str, tuple[Callable[[Site, int], Row], str]] = {
    "points_outstanding": (overview, "total_points_balance"),
    "points_issued": (overview, "total_points_issued"),
    "points_redeemed": (overview, "total_points_redeemed"),
    "redemptions": (overview, "total_redemptions"),
    "redemption_points": (overview, "total_redemption_value"),
    "average_redemption_value": (overview, "average_redemption_value"),
    "active_clients": (overview, "total_active_clients"),
    "points_per_active_client": (overview, "average_points_per_client"),
    "clients_with_transactions": (engagement_stats, "clients_with_transactions"),
    "engagement_rate": (engagement_stats, "engagement_rate"),
    "new_clients": (lambda site, days: {"clients": _new_clients(site, days)}, "clients"),
    "points_converted": (conversion, "points_converted"),
}
"""Each figure, and the payload and its key that it is."""


def comparison(site: Site, days: int) -> list[Row]:
    """The figures of the window, and of one as long in a run that ended the day before it."""
    window = site.window(days)
    before = site.at(window[0] - ONE_DAY) if window else None
    is_known = before is not None and _begins(before, days, site)
    now, then = _figures(site, days), _figures(before, days) if is_known else {}
    return [_row(figure, now[figure], then.get(figure)) for figure in FIGURES]


def _figures(site: Site, days: int) -> dict[str, Decimal]:
    payloads: dict[Any, Row] = {}
    for payload, _ in FIGURES.values():
        payloads[payload] = payloads.get(payload) or payload(site, days)
    return {
        figure: rounded(Fraction(payloads[payload][key]))
        for figure, (payload, key) in FIGURES.items()
    }


def _begins(before: Site, days: int, site: Site) -> bool:
    """Whether the dates before begin on or after the first event, of any website for all."""
    firsts = [first_event(part) for part in site.parts or [site]]
    known = [first for first in firsts if first is not None]
    return bool(known) and before.window(days)[0] >= min(known)


def _new_clients(site: Site, days: int) -> int:
    window = set(site.window(days))
    return sum(1 for since in site.member_since.values() if since in window)


def _row(figure: str, value: Decimal, before: Decimal | None) -> Row:
    """Changes are of the values as they are shown."""
    change = None if before is None else value - before
    return {
        "figure": figure,
        "value": value,
        "value_before": before,
        "change": change,
        "change_percentage": rounded(100 * Fraction(change) / abs(Fraction(before)))
        if before
        else None,
        "status": "before_first_event" if before is None else "ok",
    }
