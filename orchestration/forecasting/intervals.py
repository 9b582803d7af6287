"""Intervals by split conformal prediction: how far off past forecasts were, by band of horizon.

All numbers are in one unit, which is the caller's.
"""

from collections.abc import Sequence
from decimal import Decimal

from orchestration.forecasting.accuracy import CutOff
from orchestration.forecasting.cadence import Cadence
from orchestration.forecasting.micros import ratio

BandErrors = list[Sequence[int]]
"""The absolute errors after one cut-off, by band."""


def reach_of(errors: Sequence[int], level: int) -> int | None:
    """The ⌈(n+1)·level⌉-th smallest of n absolute errors; none where there are fewer."""
    rank = -(-(len(errors) + 1) * level // 100)
    return sorted(errors)[rank - 1] if rank <= len(errors) else None


def bounds(forecast: int, reach: int) -> tuple[int, int]:
    """The interval around a forecast; no series goes below 0."""
    return max(forecast - reach, 0), forecast + reach


def errors_of(cut_offs: Sequence[CutOff], cadence: Cadence) -> list[BandErrors]:
    """The absolute errors after each cut-off."""
    return [
        cadence.by_band([abs(forecast - actual) for forecast, actual in pairs])
        for pairs in cut_offs
    ]


def reaches(errors: Sequence[BandErrors], cadence: Cadence, level: int) -> list[int | None]:
    """The reach of each band, from the errors after all these cut-offs."""
    return [
        reach_of([error for of_cut_off in errors for error in of_cut_off[band]], level)
        for band in range(len(cadence.bands))
    ]


def coverage(cut_offs: Sequence[CutOff], cadence: Cadence, level: int) -> Decimal | None:
    """Of the steps after each cut-off in turn, the share inside intervals from the others' errors.

    Steps whose band has no interval, because the others have too few errors in it, don't count.
    """
    errors = errors_of(cut_offs, cadence)
    held = counted = 0
    for place, pairs in enumerate(cut_offs):
        known = reaches([*errors[:place], *errors[place + 1 :]], cadence, level)
        for band, reach in zip(cadence.by_band(pairs), known, strict=True):
            if reach is not None:
                intervals = ((bounds(forecast, reach), actual) for forecast, actual in band)
                held += sum(low <= actual <= high for (low, high), actual in intervals)
                counted += len(band)
    return ratio(held, counted)
