"""Payloads of endpoints (metrics.md, both lists of endpoints)."""

from collections import Counter, defaultdict
from datetime import date
from fractions import Fraction

from support.recount.blocks import (
    ONE_DAY,
    active_clients,
    balances_on,
    distinct_clients,
    in_window,
    iso,
    outstanding_points,
    percentage,
    points_issued,
    points_redeemed,
    quotient,
    rounded,
    tier_counts,
    total_clients,
)
from support.recount.contract import Row
from support.recount.sites import Site


def _by_date(rows: list[Row]) -> dict[date, list[Row]]:
    dated: dict[date, list[Row]] = defaultdict(list)
    for row in rows:
        dated[row["date"]].append(row)
    return dated


def points_trend(site: Site, days: int) -> list[Row]:
    """Issued and redeemed of each date of the window, and the outstanding points on it."""
    dated = _by_date(site.transactions)
    window = site.window(days)
    balance = outstanding_points(site, window[0] - ONE_DAY) if window else 0
    rows = []
    for day in window:
        of_day = dated.get(day, [])
        balance += sum(row["points"] for row in of_day)
        rows.append(
            {
                "date": day.isoformat(),
                "issued": points_issued(of_day),
                "redeemed": points_redeemed(of_day),
                "balance": balance,
            }
        )
    return rows


def top_redemptions(site: Site, limit: int) -> list[Row]:
    """Items by redemptions up to as_of, most first, ties to the lowest id."""
    counts = Counter(row["item_id"] for row in site.redemptions)
    ranking = sorted(counts, key=lambda item: (-counts[item], item))
    return [
        {
            "id": item,
            "name": site.items[item]["name"],
            "points_required": site.items[item]["points_required"],
            "redemption_count": counts[item],
            "category": site.categories[site.items[item]["category_id"]]["name"],
        }
        for item in ranking[:limit]
    ]


def tier_distribution(site: Site) -> list[Row]:
    """Active clients at as_of in each tier, by threshold, ties by id."""
    counts = tier_counts(site, site.as_of)
    return [
        {
            "tier_name": tier["name"],
            "count": counts[tier["id"]],
            "threshold": tier["threshold"],
            "percentage": percentage(counts[tier["id"]], counts.total()),
        }
        for tier in site.tiers
    ]


def engagement_stats(site: Site, days: int) -> Row:
    """Clients at as_of, and those with a redemption or a transaction in the window."""
    window = site.window(days)
    total = total_clients(site, site.as_of)
    active = len(active_clients(site, site.as_of))
    redeeming = distinct_clients(in_window(site.redemptions, window))
    transacting = distinct_clients(in_window(site.transactions, window))
    return {
        "total_clients": total,
        "active_clients": active,
        "clients_with_redemptions": redeeming,
        "clients_with_transactions": transacting,
        "engagement_rate": percentage(transacting, total),
        "redemption_rate": percentage(redeeming, active),
    }


def overview(site: Site, days: int) -> Row:
    """The spec's overall metrics for the window."""
    window = site.window(days)
    transactions = in_window(site.transactions, window)
    redemptions = in_window(site.redemptions, window)
    value = sum(row["points_used"] for row in redemptions)
    active = len(active_clients(site, site.as_of))
    outstanding = outstanding_points(site, site.as_of)
    adds = [row for row in site.transactions if row["transaction_type"] == "add"]
    issued_clients = distinct_clients([row for row in adds if row["points"] > 0])
    return {
        "as_of": iso(site.as_of),
        "days": days,
        "total_active_clients": active,
        "total_points_issued": points_issued(transactions),
        "total_points_redeemed": points_redeemed(transactions),
        "total_points_balance": outstanding,
        "total_redemptions": len(redemptions),
        "total_redemption_value": value,
        "average_redemption_value": quotient(value, len(redemptions)),
        "average_points_per_client": quotient(outstanding, active),
        "client_lifetime_value": quotient(points_issued(adds), issued_clients),
    }


def redemption_trend(site: Site, days: int) -> list[Row]:
    """Redemptions of each date of the window: their number, points and distinct clients."""
    dated = _by_date(site.redemptions)
    return [
        {
            "date": day.isoformat(),
            "redemptions": len(dated.get(day, [])),
            "points": sum(row["points_used"] for row in dated.get(day, [])),
            "clients": distinct_clients(dated.get(day, [])),
        }
        for day in site.window(days)
    ]


def engagement_trend(site: Site, days: int) -> list[Row]:
    """Clients on each date of the window, and the engagement of that date alone."""
    transactions = _by_date(site.transactions)
    redemptions = _by_date(site.redemptions)
    window = site.window(days)
    balances = balances_on(site, window[0] - ONE_DAY) if window else {}
    rows = []
    for day in window:
        for row in transactions.get(day, []):
            balances[row["client_id"]] += row["points"]
        total = total_clients(site, day)
        transacting = distinct_clients(transactions.get(day, []))
        rows.append(
            {
                "date": day.isoformat(),
                "total_clients": total,
                "active_clients": sum(1 for balance in balances.values() if balance > 0),
                "clients_with_transactions": transacting,
                "clients_with_redemptions": distinct_clients(redemptions.get(day, [])),
                "engagement_rate": percentage(transacting, total),
            }
        )
    return rows


def redemption_categories(site: Site, days: int) -> list[Row]:
    """Categories (by id) with redemptions in the window: most first, by name, then id."""
    redemptions = in_window(site.redemptions, site.window(days))
    counts: Counter[int] = Counter()
    points: Counter[int] = Counter()
    for row in redemptions:
        category = site.items[row["item_id"]]["category_id"]
        counts[category] += 1
        points[category] += row["points_used"]
    names = {category: site.categories[category]["name"] for category in counts}
    return [
        {
            "category": names[category],
            "redemptions": counts[category],
            "points": points[category],
            "percentage": percentage(counts[category], len(redemptions)),
        }
        for category in sorted(counts, key=lambda one: (-counts[one], names[one], one))
    ]


def redemption_patterns(site: Site, days: int) -> list[Row]:
    """Redemptions in the window by local weekday and hour: 168 rows, whatever happened."""
    redemptions = in_window(site.redemptions, site.window(days))
    counts = Counter((row["local"].isoweekday(), row["local"].hour) for row in redemptions)
    return [
        {"weekday": weekday, "hour": hour, "redemptions": counts[weekday, hour]}
        for weekday in range(1, 8)
        for hour in range(24)
    ]


def points_balance(site: Site) -> Row:
    """The outstanding points at as_of."""
    active = len(active_clients(site, site.as_of))
    outstanding = outstanding_points(site, site.as_of)
    return {
        "as_of": iso(site.as_of),
        "total_points_balance": outstanding,
        "active_clients": active,
        "average_points_per_client": quotient(outstanding, active),
    }


def conversion(site: Site, days: int) -> Row:
    """Points turned into wallet credit in the window."""
    window = site.window(days)
    conversions = in_window(site.conversions, window)
    points = sum(row["points"] for row in conversions)
    amount = sum((row["amount"] for row in conversions), Fraction(0))
    issued = points_issued(in_window(site.transactions, window))
    return {
        "as_of": iso(site.as_of),
        "days": days,
        "conversions": len(conversions),
        "clients": distinct_clients(conversions),
        "points_converted": points,
        "amount_converted": rounded(amount),
        "conversion_rate": percentage(points, issued),
        "amount_per_point": quotient(amount, points, places=4),
    }
