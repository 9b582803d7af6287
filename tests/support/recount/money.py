"""What points cost (metrics.md)."""

from decimal import Decimal
from fractions import Fraction

from support.recount.blocks import (
    between,
    iso,
    outstanding_points,
    points_deducted,
    points_issued,
    points_redeemed,
    points_refunded,
    quotient,
    rounded,
)
from support.recount.contract import Row
from support.recount.curve import Curve
from support.recount.lots import lots_of, overdrawn_points, taken_points
from support.recount.months import all_months, complete_months, first_day, last_day, shown
from support.recount.sites import Site

SHORTEST_CURVE = 3
"""Ages, 0 among them, without which the future isn't told."""
MONTHS_BEFORE, MONTHS_AFTER = 6, 3
"""What a month needs around it for the curve to be held against what followed."""


def roll_forward(site: Site) -> list[Row]:
    """How the outstanding points came about, in the last 24 months, that of as_of too."""
    complete = complete_months(site)
    rows = []
    for month in all_months(site)[-24:]:
        of_month = between(site.transactions, first_day(month), last_day(month))
        rows.append(
            {
                "month": shown(month),
                "opening": outstanding_points(site, last_day(month - 1)),
                "issued": points_issued(of_month),
                "refunded": points_refunded(of_month),
                "redeemed": points_redeemed(of_month),
                "deducted": points_deducted(of_month),
                "closing": outstanding_points(site, last_day(month)),
                "is_complete": month in complete,
            }
        )
    return rows


def aging(site: Site) -> list[Row]:
    """What is left of each month's issue; months that issued nothing are left out."""
    lots = lots_of(site)
    complete = complete_months(site)
    curve = Curve(lots, complete)
    redeemed, deducted = (taken_points(lots.takings, kind) for kind in ("redeem", "deduct"))
    rows = []
    for month, issued in sorted(lots.issued.items()):
        outstanding = issued - redeemed[month] - deducted[month]
        rows.append(
            {
                "issued_month": shown(month),
                "issued": issued,
                "redeemed": redeemed[month],
                "deducted": deducted[month],
                "outstanding": outstanding,
                "expected_redeemed": _expected(curve, complete, month, outstanding),
            }
        )
    return [row for row in rows if row["issued"]]


def _is_short(curve: Curve) -> bool:
    return len(curve.ages) < SHORTEST_CURVE


def _whole(points: Fraction) -> int:
    return int(rounded(points, places=0))


def _expected(curve: Curve, complete: range, month: int, outstanding: int) -> int | None:
    """The points of a month's issue that are still to be redeemed; null on a short history."""
    if _is_short(curve):
        return None
    return _whole(outstanding * curve.still_redeemed(complete[-1] - month))


def redemption_curve(site: Site) -> list[Row]:
    """What is redeemed of issued points, month after month."""
    curve = Curve(lots_of(site), complete_months(site))
    return [
        {
            "age_months": number,
            "points_at_risk": age.at_risk,
            "redeemed": age.redeemed,
            "deducted": age.deducted,
            "redeemed_rate": rounded(100 * share),
        }
        for number, (age, share) in enumerate(zip(curve.ages, curve.redeemed_shares(), strict=True))
    ]


def point_value(site: Site) -> Decimal | None:
    """The value set for a point, or what conversions paid for one, with 6 decimals."""
    if site.point_value is not None:
        return rounded(site.point_value, places=6)
    points = sum(row["points"] for row in site.conversions)
    amount = sum((row["amount"] for row in site.conversions), Fraction(0))
    return quotient(amount, points, places=6) if points else None


def liability(site: Site) -> Row:
    """What the points in circulation will cost."""
    curve = Curve(lots_of(site), complete_months(site))
    overdrawn = overdrawn_points(site)
    held = outstanding_points(site, site.as_of) + overdrawn
    value = point_value(site)
    expected = None
    if not _is_short(curve):
        expected = sum(row["expected_redeemed"] for row in aging(site))
    status = "ok" if value is not None else "no_point_value"
    return {
        "as_of": iso(site.as_of),
        "points_held": held,
        "points_overdrawn": overdrawn,
        "points_expected": expected,
        "breakage_rate": None if expected is None else quotient(100 * (held - expected), held),
        "ultimate_redemption_rate": (
            None if expected is None else rounded(100 * curve.redeemed_shares()[-1])
        ),
        "months_observed": len(curve.ages),
        "point_value": value,
        "liability_amount": _amount(expected, value),
        "liability_if_all_redeemed": _amount(held, value),
        "status": "short_history" if expected is None else status,
    }


def _amount(points: int | None, value: Decimal | None) -> Decimal | None:
    return None if points is None or value is None else rounded(points * Fraction(value))


def liability_backtest(site: Site) -> list[Row]:
    """What the curve of each earlier month foretold for the next three, and what they brought."""
    lots = lots_of(site)
    complete = complete_months(site)
    rows = []
    for month in complete[MONTHS_BEFORE : max(len(complete) - MONTHS_AFTER, 0)]:
        curve = Curve(lots, range(complete[0], month + 1))
        taken = taken_points(lots.takings, up_to=month)
        expected = sum(
            _whole((issued - taken[lot]) * curve.still_redeemed(month - lot, MONTHS_AFTER))
            for lot, issued in lots.issued.items()
            if lot <= month
        )
        actual = sum(
            taking.points
            for taking in lots.takings
            if taking.kind == "redeem"
            and taking.issued_month <= month < taking.month <= month + MONTHS_AFTER
        )
        rows.append(
            {
                "month": shown(month),
                "expected": expected,
                "actual": actual,
                "error_percentage": (
                    quotient(100 * (expected - actual), actual) if actual else None
                ),
            }
        )
    return rows
