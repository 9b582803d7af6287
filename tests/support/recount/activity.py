"""What a client did up to a date: activity, RFM scores, lifecycle (metrics.md)."""

from collections import defaultdict
from datetime import date, timedelta
from typing import NamedTuple

from support.recount.blocks import points_issued, points_redeemed, points_refunded
from support.recount.contract import Row
from support.recount.sites import Site

YEAR = timedelta(days=365)
SEGMENTS = {
    "champions": ((5,), (4, 5)),
    "loyal": ((3, 4), (4, 5)),
    "potential_loyalist": ((4, 5), (2, 3)),
    "new": ((5,), (1,)),
    "promising": ((4,), (1,)),
    "need_attention": ((3,), (3,)),
    "about_to_sleep": ((3,), (1, 2)),
    "cant_lose": ((1, 2), (5,)),
    "at_risk": ((1, 2), (3, 4)),
    "hibernating": ((1, 2), (1, 2)),
}
"""Each segment's scores of recency and of frequency."""
STATES = ("new", "active", "at_risk", "lapsed", "never_active")


class Scored(NamedTuple):
    """A client's recency, frequency and monetary value on a date, and their scores."""

    recency_days: int
    frequency: int
    monetary_points: int
    r_score: int
    f_score: int
    m_score: int

    @property
    def segment(self) -> str:
        """The one segment that holds both scores."""
        (found,) = (
            name
            for name, (recency, frequency) in SEGMENTS.items()
            if self.r_score in recency and self.f_score in frequency
        )
        return found


Activity = dict[int, dict[date, int]]


def activity_of(site: Site) -> Activity:
    """Each client's activity dates, oldest first, with the points issued beyond refunds."""
    by_day: dict[tuple[date, int], list[Row]] = defaultdict(list)
    for row in site.transactions:
        by_day[row["date"], row["client_id"]].append(row)
    activity: Activity = {client: {} for client in site.member_since}
    for (day, client), rows in sorted(by_day.items()):
        earned = points_issued(rows) - points_refunded(rows)
        if earned > 0 or points_redeemed(rows) > 0:
            activity[client][day] = earned
    return activity


def thresholds(values: list[int]) -> list[int]:
    ordered = sorted(values)
    return [ordered[(len(ordered) - 1) * fifth // 5] for fifth in (1, 2, 3, 4)]


def _below(limits: list[int], value: int) -> int:
    return sum(1 for limit in limits if limit < value)


def rfm(activity: Activity, day: date | None) -> dict[int, Scored]:
    """The clients with an activity date up to the day, scored among each other."""
    values = {}
    for client, dates in activity.items():
        known = [at for at in dates if day is not None and at <= day]
        if known:
            in_year = [at for at in known if at > day - YEAR]
            monetary = sum(dates[at] for at in in_year)
            values[client] = ((day - max(known)).days, len(in_year), monetary)
    if not values:
        return {}
    recencies, frequencies, monetaries = (
        thresholds(list(part)) for part in zip(*values.values(), strict=True)
    )
    return {
        client: Scored(
            recency,
            frequency,
            monetary,
            5 - _below(recencies, recency),
            1 + _below(frequencies, frequency),
            1 + _below(monetaries, monetary),
        )
        for client, (recency, frequency, monetary) in values.items()
    }


def lifecycle_states(site: Site, activity: Activity, day: date | None) -> dict[int, str]:
    """The state of each member on the day; without one every client is a member."""
    return {
        client: _state([at for at in activity[client] if day is not None and at <= day], day)
        for client, since in site.member_since.items()
        if day is None or since is None or since <= day
    }


def _state(dates: list[date], day: date | None) -> str:
    """The state by the client's own cadence; its activity dates up to the day, oldest first."""
    if not dates:
        return "never_active"
    first, last, gaps = dates[0], dates[-1], len(dates) - 1
    if first > day - timedelta(days=30):
        return "new"
    silent = (day - last).days
    if gaps == 0:
        gaps, span = 1, 45
    else:
        span = min(max((last - first).days, 7 * gaps), 90 * gaps)
    if silent * gaps <= 2 * span:
        return "active"
    return "at_risk" if silent * gaps <= 4 * span else "lapsed"
