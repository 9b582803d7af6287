"""Intervals by split conformal prediction: how far off past forecasts were, by band of horizon."""

from collections.abc import Sequence

from orchestration.forecasting.cadence import Cadence

LEVELS = (80, 95)
"""Of every hundred values, how many an interval is to hold."""


def margin_of(errors: Sequence[int], level: int) -> int | None:
    """The ⌈(n+1)·level⌉-th smallest of n absolute errors; none where there are fewer."""
    rank = -(-(len(errors) + 1) * level // 100)
    return sorted(errors)[rank - 1] if rank <= len(errors) else None


def bounds(forecast: int, margin: int | None) -> tuple[int, int] | tuple[None, None]:
    """The interval around a forecast, where there is one; no series goes below 0."""
    if margin is None:
        return None, None
    return max(forecast - margin, 0), forecast + margin


def errors_by_band(pairs: Sequence[tuple[int, int]], cadence: Cadence) -> list[list[int]]:
    """The absolute errors of one cut-off's pairs of forecast and actual, by band."""
    errors: list[list[int]] = [[] for _ in cadence.bands]
    for step, (forecast, actual) in enumerate(pairs, start=1):
        errors[cadence.band_of(step)].append(abs(forecast - actual))
    return errors


def margins(cut_offs: Sequence[list[list[int]]], cadence: Cadence, level: int) -> list[int | None]:
    """The margin of each band, from the errors of all these cut-offs."""
    return [
        margin_of([error for errors in cut_offs for error in errors[band]], level)
        for band in range(len(cadence.bands))
    ]
