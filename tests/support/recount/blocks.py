"""Sums and counts of one website, and the arithmetic of metrics.md's "Ground rules"."""

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from support.recount.contract import Row
from support.recount.sites import Site

ONE_DAY = timedelta(days=1)


def between(rows: list[Row], first: date, last: date) -> list[Row]:
    return [row for row in rows if first <= row["date"] <= last]


def in_window(rows: list[Row], window: list[date]) -> list[Row]:
    return between(rows, window[0], window[-1]) if window else []


def points_issued(rows: list[Row]) -> int:
    return sum(row["points"] for row in rows if row["transaction_type"] == "add")


def points_redeemed(rows: list[Row]) -> int:
    return -sum(row["points"] for row in rows if row["transaction_type"] == "redeem")


def points_deducted(rows: list[Row]) -> int:
    return -sum(row["points"] for row in rows if row["transaction_type"] == "deduct")


def points_refunded(rows: list[Row]) -> int:
    """The part of issued that a request is named for, whether there is such a request or not."""
    return points_issued([row for row in rows if row["redemption_request_id"] is not None])


def margin_of(site: Site, order: Row) -> Fraction | None:
    """An order's own margin, else the share of its amount that is set."""
    if order["margin"] is not None:
        return order["margin"]
    return None if site.margin is None else order["amount"] * Fraction(site.margin)


def outstanding_points(site: Site, day: date | None) -> int:
    return sum(row["points"] for row in site.transactions if day and row["date"] <= day)


def distinct_clients(rows: list[Row]) -> int:
    return len({row["client_id"] for row in rows})


def balances_on(site: Site, day: date | None) -> dict[int, int]:
    balances = dict.fromkeys(site.member_since, 0)
    for row in site.transactions:
        if day is not None and row["date"] <= day:
            balances[row["client_id"]] += row["points"]
    return balances


def active_clients(site: Site, day: date | None) -> list[int]:
    return [client for client, balance in balances_on(site, day).items() if balance > 0]


def total_clients(site: Site, day: date | None) -> int:
    """Clients with member since by the day; all of them without one."""
    joined = site.member_since.values()
    return sum(1 for since in joined if day is None or since is None or since <= day)


def _tier_points(site: Site, day: date | None) -> dict[int, int]:
    if site.tier_basis == "balance":
        return balances_on(site, day)
    points = dict.fromkeys(site.member_since, 0)
    for row in site.transactions:
        if day is not None and row["date"] <= day and row["transaction_type"] == "add":
            points[row["client_id"]] += row["points"]
    return points


def tiers_on(site: Site, day: date | None) -> dict[int, int]:
    """The tier id of each active client in one: highest threshold reached, then lowest id."""
    points = _tier_points(site, day)
    tiers = {}
    for client in active_clients(site, day):
        within = [tier for tier in site.tiers if tier["threshold"] <= points[client]]
        if within:
            highest = min(within, key=lambda tier: (-tier["threshold"], tier["id"]))
            tiers[client] = highest["id"]
    return tiers


def tier_counts(site: Site, day: date | None) -> Counter[int]:
    """Active clients by tier id."""
    return Counter(tiers_on(site, day).values())


def rounded(value: Fraction | int, places: int = 2) -> Decimal:
    """Half away from zero, with exactly so many decimals, and never a negative zero."""
    units = int(abs(Fraction(value)) * 10**places + Fraction(1, 2))
    return Decimal(-units if value < 0 else units).scaleb(-places)


def quotient(part: Fraction | int, whole: Fraction | int, places: int = 2) -> Decimal:
    return rounded(Fraction(part) / Fraction(whole) if whole else 0, places)


def percentage(part: int, whole: int) -> Decimal:
    return quotient(100 * part, whole)


def iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
