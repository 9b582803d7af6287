"""How far off forecasts were, over all cut-offs and steps of the horizon.

All numbers are in one unit, which is the caller's; each figure is a ratio, rounded once.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from orchestration.forecasting.micros import ratio

CutOff = Sequence[tuple[int, int]]
"""Forecast and actual value of each step after a cut-off, as far as data goes."""


class Scale(NamedTuple):
    """A mean absolute difference, which MASE is in units of, as its two parts."""

    total: int
    count: int


def scale_of(values: Sequence[int], lag: int) -> Scale:
    """How far values are from those a lag before: the error of repeating the last season."""
    pairs = zip(values, values[lag:], strict=False)
    differences = [abs(later - earlier) for earlier, later in pairs]
    return Scale(sum(differences), len(differences))


def total_error(cut_offs: Sequence[CutOff]) -> int:
    """The sum of absolute errors."""
    return sum(abs(forecast - actual) for pairs in cut_offs for forecast, actual in pairs)


def total_actual(cut_offs: Sequence[CutOff]) -> int:
    """The sum of absolute actual values."""
    return sum(abs(actual) for pairs in cut_offs for _, actual in pairs)


def mase(cut_offs: Sequence[CutOff], scale: Scale) -> Decimal | None:
    """Mean absolute error over the scale (Hyndman and Koehler 2006)."""
    steps = sum(map(len, cut_offs))
    return ratio(total_error(cut_offs) * scale.count, steps * scale.total)


def wape(cut_offs: Sequence[CutOff]) -> Decimal | None:
    """Sum of absolute errors over the sum of absolute actual values."""
    return ratio(total_error(cut_offs), total_actual(cut_offs))


def bias(cut_offs: Sequence[CutOff]) -> Decimal | None:
    """Sum of errors over the sum of absolute actual values; above 0 for forecasts too high."""
    errors = sum(forecast - actual for pairs in cut_offs for forecast, actual in pairs)
    return ratio(errors, total_actual(cut_offs))
