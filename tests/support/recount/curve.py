"""The curve by which issued points are redeemed (metrics.md)."""

from collections import Counter
from fractions import Fraction
from typing import NamedTuple

from support.recount.blocks import rounded
from support.recount.lots import Lots, Taking


class Age(NamedTuple):
    """What happened to points so many months after their issue."""

    at_risk: int
    redeemed: int
    deducted: int

    @property
    def redeemed_rate(self) -> Fraction:
        """The law's h."""
        return round12(Fraction(self.redeemed, self.at_risk))

    @property
    def deducted_rate(self) -> Fraction:
        """The law's d."""
        return round12(Fraction(self.deducted, self.at_risk))


def round12(value: Fraction) -> Fraction:
    return Fraction(rounded(value, places=12))


class Curve:
    """Ages 0 to K, as known from issues and takings of complete months.

    K is the last age that at least 1 % of the points that were issued came to at all.
    """

    def __init__(self, lots: Lots, complete: range) -> None:
        """Learn from the complete months, as if the last of them had just ended."""
        taken = _by_issue_and_age(lots.takings)
        left = {month: lots.issued[month] for month in complete if lots.issued[month]}
        issued = sum(left.values())
        self.ages: list[Age] = []
        while left and 100 * sum(left.values()) >= issued:
            number = len(self.ages)
            redeemed = {month: taken[month, number, "redeem"] for month in left}
            deducted = {month: taken[month, number, "deduct"] for month in left}
            totals = (sum(part.values()) for part in (left, redeemed, deducted))
            self.ages.append(Age(*totals))
            left = {
                month: points - redeemed[month] - deducted[month]
                for month, points in left.items()
                if month + number + 1 in complete
            }

    def redeemed_shares(self) -> list[Fraction]:
        """r(0) to r(K): how much of an issued point is redeemed by the end of each age."""
        redeemed, surviving = Fraction(0), Fraction(1)
        shares = []
        for age in self.ages:
            redeemed += round12(surviving * age.redeemed_rate)
            surviving = round12(surviving * (1 - age.redeemed_rate - age.deducted_rate))
            shares.append(redeemed)
        return shares

    def still_redeemed(self, age: int, months: int | None = None) -> Fraction:
        """p: how much of a point unspent at the end of the age is redeemed later.

        With months, in so many of them.
        """
        last = len(self.ages) - 1 if months is None else min(len(self.ages) - 1, age + months)
        share = Fraction(0)
        for following in reversed(self.ages[age + 1 : last + 1]):
            later = round12((1 - following.redeemed_rate - following.deducted_rate) * share)
            share = round12(following.redeemed_rate + later)
        return share


def _by_issue_and_age(takings: list[Taking]) -> Counter[tuple[int, int, str]]:
    taken: Counter[tuple[int, int, str]] = Counter()
    for taking in takings:
        taken[taking.issued_month, taking.age, taking.kind] += taking.points
    return taken
