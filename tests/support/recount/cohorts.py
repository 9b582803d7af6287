"""Clients over months and days: tiers, cohorts, first redemptions (metrics.md)."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from fractions import Fraction

from support.recount.activity import activity_of
from support.recount.blocks import percentage, rounded, tiers_on
from support.recount.contract import Row
from support.recount.months import complete_months, last_day, month_of, shown
from support.recount.sites import Site


def tier_migration(site: Site) -> list[Row]:
    """Clients by the tiers in which the last 12 complete months found and left them."""
    complete = complete_months(site)
    place = {None: 0} | {tier["id"]: at for at, tier in enumerate(site.tiers, start=1)}
    names = {None: None} | {tier["id"]: tier["name"] for tier in site.tiers}
    rows = []
    for month in complete[-12:]:
        is_first = month == complete[0]
        before = {} if is_first else tiers_on(site, last_day(month - 1))
        after = tiers_on(site, last_day(month))
        moves = Counter((before.get(one), after.get(one)) for one in {*before, *after})
        for left, entered in sorted(moves, key=lambda move: (place[move[0]], place[move[1]])):
            rows.append(
                {
                    "month": shown(month),
                    "from_tier_id": left,
                    "from_tier": names[left],
                    "to_tier_id": entered,
                    "to_tier": names[entered],
                    "clients": moves[left, entered],
                }
            )
    return rows


def cohorts(site: Site) -> list[Row]:
    """Those who joined in each of the last 24 complete months, through the months since."""
    complete = complete_months(site)
    active = _clients_by_month(
        (client, day) for client, dates in activity_of(site).items() for day in dates
    )
    redeeming = _clients_by_month((row["client_id"], row["date"]) for row in site.redemptions)
    rows = []
    for cohort in complete[-24:]:
        members = {
            client
            for client, since in site.member_since.items()
            if since is not None and month_of(since) == cohort
        }
        for month in range(cohort, complete.stop) if members else ():
            active_members = members & active.get(month, set())
            rows.append(
                {
                    "cohort": shown(cohort),
                    "months_since": month - cohort,
                    "clients": len(members),
                    "active_clients": len(active_members),
                    "redeeming_clients": len(members & redeeming.get(month, set())),
                    "retention_rate": percentage(len(active_members), len(members)),
                }
            )
    return rows


def _clients_by_month(events: Iterable[tuple[int, date]]) -> dict[int, set[int]]:
    clients: dict[int, set[int]] = {}
    for client, day in events:
        clients.setdefault(month_of(day), set()).add(client)
    return clients


def kaplan_meier(times: list[tuple[int, bool]]) -> list[Row]:
    """The estimate on each day with an event, of (day, whether it ended with the event).

    The share is exact until it is rounded, once, to 6 places.
    """
    surviving = Fraction(1)
    rows = []
    for day in sorted({time for time, is_event in times if is_event}):
        at_risk = sum(1 for time, _ in times if time >= day)
        events = sum(1 for time, is_event in times if is_event and time == day)
        surviving *= Fraction(at_risk - events, at_risk)
        rows.append(
            {
                "day": day,
                "clients_at_risk": at_risk,
                "first_redemptions": events,
                "redeemed_share": rounded(1 - surviving, places=6),
            }
        )
    return rows


def first_redemption_times(site: Site) -> list[tuple[int, bool]]:
    """Days from member since to the first redemption, or else to as_of."""
    first: dict[int, date] = {}
    for row in site.redemptions:
        first[row["client_id"]] = min(row["date"], first.get(row["client_id"], row["date"]))
    return [
        (max((first.get(client, site.as_of) - since).days, 0), client in first)
        for client, since in site.member_since.items()
        if since is not None and site.as_of is not None and since <= site.as_of
    ]


def first_redemption(site: Site) -> Row:
    """How long clients take to redeem first."""
    times = first_redemption_times(site)
    curve = kaplan_meier(times)
    half = [row["day"] for row in curve if row["redeemed_share"] >= Decimal("0.5")]
    longest = max((time for time, _ in times), default=-1)

    def after(days: int) -> Decimal | None:
        shares = [row["redeemed_share"] for row in curve if row["day"] <= days]
        return None if days > longest else rounded(100 * Fraction(max(shares, default=0)))

    return {
        "clients": len(times),
        "redeemed": sum(1 for _, is_event in times if is_event),
        "median_days": min(half, default=None),
        "after_30_days": after(30),
        "after_90_days": after(90),
        "after_365_days": after(365),
    }
