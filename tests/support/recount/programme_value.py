"""What the programme costs, and what it must bring (metrics.md)."""

from decimal import Decimal
from fractions import Fraction

from support.recount.activity import activity_of
from support.recount.blocks import (
    in_window,
    iso,
    margin_of,
    points_issued,
    points_redeemed,
    rounded,
)
from support.recount.campaigns import result_of
from support.recount.contract import Row
from support.recount.curve import Curve
from support.recount.lots import lots_of
from support.recount.money import SHORTEST_CURVE, point_value
from support.recount.months import complete_months
from support.recount.sites import Site


def programme_value(site: Site, days: int) -> Row:
    """Costs of the window, and the percent of its margin that they are."""
    window = site.window(days)
    orders = None if site.orders is None else in_window(site.orders, window)
    transactions = in_window(site.transactions, window)
    ended = [row for row in site.campaigns if row["date_to"] in set(window)]
    value, redeemed_share = point_value(site), _redeemed_share(site)
    redeemed = _product(points_redeemed(transactions), value)
    accrued = _product(points_issued(transactions), redeemed_share, value)
    spent = sum((row["cost"] or Fraction(0) for row in ended), Fraction(0))
    cost = None if accrued is None else accrued + spent
    revenue, margin = _revenue(orders), _margin(site, orders)
    measured = _measured(site, ended)
    return {
        "as_of": iso(site.as_of),
        "days": days,
        "orders": None if orders is None else len(orders),
        "revenue": _money(revenue),
        "revenue_of_redeemers": _money(_revenue(_of_redeemers(site, orders, window))),
        "points_redeemed_cost": _money(redeemed),
        "points_accrued_cost": _money(accrued),
        "campaign_cost": _money(spent),
        "cost": _money(cost),
        "cost_rate": _ratio(_product(100, cost), revenue),
        "break_even_uplift": _ratio(_product(100, cost), margin),
        "roi": None if measured is None or cost is None else _ratio(measured - cost, cost),
        "status": _status(orders, margin, value, redeemed_share, measured),
    }


def _status(
    orders: list[Row] | None,
    margin: Fraction | None,
    value: Decimal | None,
    redeemed_share: Fraction | None,
    measured: Fraction | None,
) -> str:
    lacking = {
        "no_orders": not orders,
        "no_margin": margin is None,
        "no_point_value": value is None,
        "short_history": redeemed_share is None,
        "no_experiment": measured is None,
    }
    return next((status for status, applies in lacking.items() if applies), "ok")


def _redeemed_share(site: Site) -> Fraction | None:
    """How much of an issued point is redeemed in the end; null on a short history."""
    curve = Curve(lots_of(site), complete_months(site))
    return curve.redeemed_shares()[-1] if len(curve.ages) >= SHORTEST_CURVE else None


def _revenue(orders: list[Row] | None) -> Fraction | None:
    return None if orders is None else sum((row["amount"] for row in orders), Fraction(0))


def _of_redeemers(site: Site, orders: list[Row] | None, window: list) -> list[Row] | None:
    """The orders of clients with a redemption in the window."""
    redeemers = {row["client_id"] for row in in_window(site.redemptions, window)}
    return orders and [row for row in orders if row["client_id"] in redeemers]


def _margin(site: Site, orders: list[Row] | None) -> Fraction | None:
    """The margin of all orders; null if one of them has none."""
    margins = [margin_of(site, row) for row in orders or []]
    return None if orders is None or None in margins else sum(margins, Fraction(0))


def _measured(site: Site, ended: list[Row]) -> Fraction | None:
    """The margin that experiments brought, of those campaigns; null if one's is not measured."""
    activity = activity_of(site) if ended else {}
    results = [result_of(site, campaign, activity) for campaign in ended]
    brought = [result.incremental("margin") for result in results if result.is_ok_experiment]
    return None if None in brought or not brought else sum(brought, Fraction(0))


def _product(*factors: Fraction | Decimal | int | None) -> Fraction | None:
    product = Fraction(1)
    for factor in factors:
        if factor is None:
            return None
        product *= Fraction(factor)
    return product


def _ratio(part: Fraction | None, whole: Fraction | None) -> Decimal | None:
    """Of money: over nothing there is none."""
    return rounded(part / whole) if part is not None and whole else None


def _money(amount: Fraction | None) -> Decimal | None:
    return None if amount is None else rounded(amount)
