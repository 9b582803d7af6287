"""Analytics records (metrics.md, "Documented endpoints")."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from support.recount.blocks import (
    ONE_DAY,
    active_clients,
    between,
    distinct_clients,
    outstanding_points,
    percentage,
    points_issued,
    points_redeemed,
    quotient,
    tier_counts,
)
from support.recount.contract import EPOCH, Range, Row
from support.recount.months import first_event
from support.recount.sites import Site


def record_id(website_id: int, date_from: date, date_to: date) -> int:
    """website_id × 10¹⁰ + day(date_from) × 10⁵ + day(date_to), days since 1970-01-01.

    Where that passes what JavaScript counts, 13 hexadecimal digits of an md5.
    """
    if not 1 <= website_id <= 900_719:
        text = f"{website_id}|{date_from}|{date_to}"
        return int(hashlib.md5(text.encode()).hexdigest()[:13], 16)
    first = (date_from - EPOCH.date()).days
    last = (date_to - EPOCH.date()).days
    return website_id * 10**10 + first * 10**5 + last


def analytics_record(site: Site, date_from: date, date_to: date) -> Row:
    transactions = between(site.transactions, date_from, date_to)
    redemptions = between(site.redemptions, date_from, date_to)
    active = len(active_clients(site, date_to))
    outstanding = outstanding_points(site, date_to)
    tiers = tier_counts(site, date_to)
    item = _most_popular(redemptions)
    return {
        "id": record_id(site.id, date_from, date_to),
        "website": site.id,
        "date_from": date_from.isoformat(),
        "date_to": date_to.isoformat(),
        "total_active_clients": active,
        "total_points_issued": points_issued(transactions),
        "total_points_redeemed": points_redeemed(transactions),
        "total_points_balance": outstanding,
        "total_redemptions": len(redemptions),
        "total_redemption_value": sum(row["points_used"] for row in redemptions),
        "most_popular_item": item,
        "most_popular_item_name": None if item is None else site.items[item]["name"],
        "bronze_count": _count_named(site, tiers, "bronze"),
        "silver_count": _count_named(site, tiers, "silver"),
        "gold_count": _count_named(site, tiers, "gold"),
        "platinum_count": _count_named(site, tiers, "platinum"),
        "active_redemptions_ratio": percentage(distinct_clients(redemptions), active),
        "average_points_per_client": quotient(outstanding, active),
    }


def _most_popular(redemptions: list[Row]) -> int | None:
    counts = Counter(row["item_id"] for row in redemptions)
    return min(counts, key=lambda item: (-counts[item], item), default=None)


def _count_named(site: Site, counts: Counter[int], word: str) -> int:
    return sum(counts[tier["id"]] for tier in site.tiers if word in tier["name"].lower())


def _months(first: date, last: date) -> Iterator[tuple[date, date]]:
    """Every calendar month from the one that holds `first`, that ends by `last`."""
    start = first.replace(day=1)
    while True:
        following = (start + timedelta(days=31)).replace(day=1)
        if following - ONE_DAY > last:
            return
        yield start, following - ONE_DAY
        start = following


def _weeks(first: date, last: date) -> Iterator[tuple[date, date]]:
    """Every ISO week, Monday to Sunday, from the one that holds `first`, that ends by `last`."""
    start = first - timedelta(days=first.weekday())
    while start + timedelta(days=6) <= last:
        yield start, start + timedelta(days=6)
        start += timedelta(days=7)


def periods_of(site: Site, requested_ranges: Iterable[Range]) -> list[tuple[date, date]]:
    """The ranges that `analytics/` lists: newest date_to first, then newest date_from."""
    if site.as_of is None:
        return []
    periods = {
        (date_from, date_to)
        for website_id, date_from, date_to in requested_ranges
        if website_id == site.id and date_from <= date_to <= site.as_of
    }
    first = first_event(site)
    if first is not None:
        periods.update(_months(first, site.as_of))
        periods.update(_weeks(first, site.as_of))
    return sorted(periods, key=lambda period: (period[1], period[0]), reverse=True)
