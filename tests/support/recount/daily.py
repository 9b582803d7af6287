"""What the application's admin pages ask every day (metrics.md)."""

from collections import Counter
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from statistics import median

from support.recount.blocks import (
    active_clients,
    balances_on,
    distinct_clients,
    in_window,
    iso,
    percentage,
    rounded,
)
from support.recount.contract import Row
from support.recount.forecasts import expected_30
from support.recount.sites import Site

HOUR = timedelta(hours=1)
MOMENT = timedelta(microseconds=1)
LONGEST_LIST = 50


def item_performance(site: Site) -> list[Row]:
    """Every item: who can afford it, and who redeemed it."""
    balances = balances_on(site, site.as_of)
    active = active_clients(site, site.as_of)
    expected = expected_30(site)
    rows = []
    for item in site.items.values():
        redemptions = [row for row in site.redemptions if row["item_id"] == item["id"]]
        afford = sum(1 for client in active if balances[client] >= item["points_required"])
        in_year = in_window(redemptions, site.window(365))
        point, low, high = expected.get(item["id"], (None, None, None))
        rows.append(
            {
                "id": item["id"],
                "name": item["name"],
                "category": site.categories[item["category_id"]]["name"],
                "points_required": item["points_required"],
                "is_active": item["is_active"],
                "clients_who_can_afford": afford,
                "affordable_rate": percentage(afford, len(active)),
                "redemptions_30": len(in_window(redemptions, site.window(30))),
                "redemptions_90": len(in_window(redemptions, site.window(90))),
                "redemptions_365": len(in_year),
                "clients_365": distinct_clients(in_year),
                "last_redeemed": iso(max((row["date"] for row in redemptions), default=None)),
                "expected_30": point,
                "expected_30_low": low,
                "expected_30_high": high,
            }
        )
    return sorted(rows, key=lambda row: (-row["redemptions_365"], row["id"]))


def request_funnel(site: Site, days: int) -> Row:
    """What became of the requests made in the window, and how soon."""
    requests = in_window(site.requests, site.window(days))
    statuses = Counter(row["status"] for row in requests)
    return {
        "as_of": iso(site.as_of),
        "days": days,
        "requests": len(requests),
        "pending": statuses["pending"],
        "approved": statuses["approved"],
        "fulfilled": statuses["fulfilled"],
        "rejected": statuses["rejected"],
        "cancelled": statuses["cancelled"],
        "rejection_rate": percentage(
            statuses["rejected"], statuses["fulfilled"] + statuses["rejected"]
        ),
        "median_hours_to_approval": _median_hours(requests, "approved_at"),
        "median_hours_to_fulfilment": _median_hours(requests, "fulfilled_at"),
        "median_hours_to_rejection": _median_hours(requests, "rejected_at"),
    }


def _median_hours(requests: list[Row], column: str) -> Decimal | None:
    """Of the requests that have the time; one before the request itself tells nothing."""
    hours = [
        _hours(row["requested_at"], row[column]) for row in requests if row[column] is not None
    ]
    known = [wait for wait in hours if wait >= 0]
    return rounded(median(known)) if known else None


def _hours(start: datetime, end: datetime) -> Fraction:
    return Fraction((end - start) // MOMENT, HOUR // MOMENT)


def issue_sources(site: Site, days: int) -> list[Row]:
    """The reasons for which most points were issued in the window."""
    points: Counter[str | None] = Counter()
    transactions: Counter[str | None] = Counter()
    for row in in_window(site.transactions, site.window(days)):
        if row["transaction_type"] == "add":
            points[row["reason"]] += row["points"]
            transactions[row["reason"]] += 1
    ranking = sorted(points, key=lambda one: (-points[one], one is not None, one or ""))
    return [
        {"reason": reason, "points": points[reason], "transactions": transactions[reason]}
        for reason in ranking[:LONGEST_LIST]
    ]
