"""How good a candidate's forecasts were, over all cut-offs and steps of the horizon.

All figures are ratios of whole numbers (of a series: of millionths), rounded once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from orchestration.forecasting.cadence import Cadence
from orchestration.forecasting.intervals import LEVELS, bounds, errors_by_band, margins
from orchestration.forecasting.micros import ratio

CutOff = list[tuple[int, int]]
"""Forecast and actual of each step after a cut-off, as far as data goes."""


@dataclass(frozen=True, slots=True)
class Scale:
    """How far the values before the earliest cut-off are from those a season before."""

    total: int
    count: int


@dataclass(frozen=True, slots=True)
class Accuracy:
    """A candidate's row; figures are none where a denominator is 0, or nothing was judged."""

    model: str
    mase: Decimal | None
    wape: Decimal | None
    bias: Decimal | None
    coverage_80: Decimal | None
    coverage_95: Decimal | None
    cut_offs: int
    is_published: bool


def scale_of(values: Sequence[int], lag: int) -> Scale:
    """The mean absolute difference at a lag, which MASE is in units of, as its two parts."""
    pairs = zip(values, values[lag:], strict=False)
    differences = [abs(later - earlier) for earlier, later in pairs]
    return Scale(sum(differences), len(differences))


def total_error(cut_offs: Sequence[CutOff]) -> int:
    """The sum of absolute errors.

    All candidates are judged on the same steps, so it orders them as MASE and WAPE do.
    """
    return sum(abs(forecast - actual) for pairs in cut_offs for forecast, actual in pairs)


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


def total_actual(cut_offs: Sequence[CutOff]) -> int:
    """The sum of absolute actual values."""
    return sum(abs(actual) for pairs in cut_offs for _, actual in pairs)


def coverage(cut_offs: Sequence[CutOff], cadence: Cadence, level: int) -> Decimal | None:
    """Of the steps after each cut-off in turn, the share inside intervals from the others' errors.

    Steps whose band has no interval, because the others have too few errors in it, don't count.
    """
    errors = [errors_by_band(pairs, cadence) for pairs in cut_offs]
    held = counted = 0
    for place, pairs in enumerate(cut_offs):
        widths = margins([*errors[:place], *errors[place + 1 :]], cadence, level)
        for step, (forecast, actual) in enumerate(pairs, start=1):
            low, high = bounds(forecast, widths[cadence.band_of(step)])
            if low is not None and high is not None:
                held += low <= actual <= high
                counted += 1
    return ratio(held, counted)


def accuracy_of(
    model: str, cut_offs: Sequence[CutOff], scale: Scale, cadence: Cadence, is_published: bool
) -> Accuracy:
    """The row of a candidate; without any cut-off all its figures are none."""
    coverages = (coverage(cut_offs, cadence, level) for level in LEVELS)
    return Accuracy(
        model,
        mase(cut_offs, scale),
        wape(cut_offs),
        bias(cut_offs),
        *coverages,
        cut_offs=len(cut_offs),
        is_published=is_published,
    )
