"""What a campaign changed: means, differences and how sure they are (metrics.md).

All of it is exact but for the root of a variance, which is that of a double.
"""

import math
from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

Number = int | Fraction
Z = Fraction("1.959963984540054")
"""Of the standard normal distribution, 95 % lies within so many deviations."""


class Estimate(NamedTuple):
    """An effect, and the ends of its 95 % interval where there is one."""

    effect: Fraction | None = None
    low: Fraction | None = None
    high: Fraction | None = None


UNKNOWN = Estimate()


def mean(values: Sequence[Number]) -> Fraction | None:
    """Of nobody there is none."""
    return Fraction(sum(values)) / len(values) if values else None


def covariance(ones: Sequence[Number], others: Sequence[Number]) -> Fraction:
    """Of a sample, from whole sums."""
    count = len(ones)
    products = sum(one * other for one, other in zip(ones, others, strict=True))
    return Fraction(count * products - sum(ones) * sum(others)) / (count * (count - 1))


def variance(values: Sequence[Number]) -> Fraction:
    return covariance(values, values)


def difference(treated: Sequence[Number], compared: Sequence[Number]) -> Estimate:
    """Of two means, with Welch's standard error; a single client has no spread."""
    if not treated or not compared:
        return UNKNOWN
    effect = mean(treated) - mean(compared)
    if len(treated) == 1 or len(compared) == 1:
        return Estimate(effect)
    spread = variance(treated) / len(treated) + variance(compared) / len(compared)
    reach = Z * Fraction(math.sqrt(spread))
    return Estimate(effect, effect - reach, effect + reach)


def theta(before: Sequence[Number], after: Sequence[Number]) -> Fraction:
    """How much of a value goes with the same one before, over both arms."""
    if len(set(before)) < 2:
        return Fraction(0)
    return covariance(before, after) / variance(before)


def chi_squared(treated: int, compared: int, share: Fraction) -> Fraction | None:
    """How far two arms are from a planned share of the first; null where both are empty."""
    count = treated + compared
    if not count:
        return None
    parts = ((treated, count * share), (compared, count * (1 - share)))
    return sum(((found - planned) ** 2 / planned for found, planned in parts), Fraction(0))
