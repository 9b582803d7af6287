"""Lots of points and what was taken from them, first in, first out (metrics.md)."""

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from support.recount.blocks import balances_on
from support.recount.months import month_of
from support.recount.sites import Site

KINDS = ("redeem", "deduct")
"""Within a month, redeemed points go before deducted ones."""


class Taking(NamedTuple):
    """Points that a month took from those issued in a month."""

    issued_month: int
    month: int
    kind: str
    points: int

    @property
    def age(self) -> int:
        """Months from issue to taking; what was taken before it was issued is taken at once."""
        return max(self.month - self.issued_month, 0)


class Lots(NamedTuple):
    """Points of a website by the month of their issue, and every taking from them."""

    issued: Counter[int]
    takings: list[Taking]


def lots_of(site: Site) -> Lots:
    """The lots of all clients up to as_of, before the website's first month too."""
    moved: dict[int, Counter[tuple[int, str]]] = defaultdict(Counter)
    for row in site.transactions:
        moved[row["client_id"]][month_of(row["date"]), row["transaction_type"]] += row["points"]
    issued: Counter[int] = Counter()
    takings = []
    for points in moved.values():
        months = sorted({month for month, _ in points})
        added = [(month, points[month, "add"]) for month in months]
        taken = [(month, kind, -points[month, kind]) for month in months for kind in KINDS]
        takings += _consume(added, taken)
        for month, size in added:
            issued[month] += size
    return Lots(issued, takings)


def _consume(
    issued: Iterable[tuple[int, int]], taken: Iterable[tuple[int, str, int]]
) -> Iterator[Taking]:
    """One client's takings, in their order, from its oldest points; what is left over waits."""
    queue = deque(issued)
    for month, kind, points in taken:
        wanted = points
        while wanted and queue:
            issued_month, left = queue.popleft()
            part = min(wanted, left)
            if part:
                yield Taking(issued_month, month, kind, part)
            if left > part:
                queue.appendleft((issued_month, left - part))
            wanted -= part


def taken_points(
    takings: Iterable[Taking], kind: str | None = None, up_to: int | None = None
) -> Counter[int]:
    """Points taken by month of issue: of one kind or all, in the months up to one or in all."""
    points: Counter[int] = Counter()
    for taking in takings:
        if kind in (None, taking.kind) and (up_to is None or taking.month <= up_to):
            points[taking.issued_month] += taking.points
    return points


def overdrawn_points(site: Site) -> int:
    """What negative balances lack."""
    return sum(-balance for balance in balances_on(site, site.as_of).values() if balance < 0)
