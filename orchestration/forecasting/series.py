"""One series: every candidate backtested, the best one's forecast, and its intervals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from orchestration.forecasting.accuracy import (
    Accuracy,
    CutOff,
    accuracy_of,
    scale_of,
    total_actual,
    total_error,
)
from orchestration.forecasting.cadence import Cadence
from orchestration.forecasting.candidates import Candidate, FitError, candidates_of
from orchestration.forecasting.intervals import LEVELS, bounds, errors_by_band, margins
from orchestration.forecasting.micros import MICROS, to_whole


@dataclass(frozen=True, slots=True)
class Step:
    """What is expected of one step; bounds are none where too few errors are known."""

    point: int
    low_80: int | None
    high_80: int | None
    low_95: int | None
    high_95: int | None


@dataclass(frozen=True, slots=True)
class SeriesForecast:
    """What is published of a series, and how good it was."""

    model: str
    steps: tuple[Step, ...]
    """The horizon in order; empty for a series without values."""
    accuracy: tuple[Accuracy, ...]
    """A row for each candidate that was tried, the naive one first."""
    failures: tuple[str, ...]
    """Fits that failed, each as a sentence; the naive forecast stands in their place."""


def forecast_series(
    values: Sequence[int], cadence: Cadence, candidates: Sequence[Candidate] | None = None
) -> SeriesForecast:
    """The forecast of what follows these values, which have no gaps and end on the last step.

    `candidates`, the naive one first, are those of the cadence where none are given. A series that
    is too short for a cut-off, or of which the naive forecast was right, has the naive one alone.
    """
    naive, *others = candidates_of(cadence) if candidates is None else candidates
    cut_offs = cadence.cut_offs(len(values))
    failures = []
    backtests: dict[Candidate, list[CutOff]] = {naive: _backtest(naive, values, cadence, cut_offs)}
    for candidate in others if total_error(backtests[naive]) else ():
        try:
            backtests[candidate] = _backtest(candidate, values, cadence, cut_offs)
        except FitError as error:
            backtests[candidate] = []
            failures.append(f"{candidate.name} could not be tried: {error}")
    before = [value * MICROS for value in values[: cut_offs[-1]]] if cut_offs else []
    scale = scale_of(before, cadence.season)
    chosen = _choose(backtests, is_scaled=scale.total > 0)
    try:
        points = _forecast(chosen, values, cadence)
    except FitError as error:
        failures.append(f"{chosen.name} was the best, and could not be fitted: {error}")
        chosen = naive
        points = _forecast(chosen, values, cadence)
    return SeriesForecast(
        chosen.name,
        _steps(points if values else [], backtests[chosen], cadence),
        tuple(
            accuracy_of(candidate.name, pairs, scale, cadence, is_published=candidate is chosen)
            for candidate, pairs in backtests.items()
        ),
        tuple(failures),
    )


def _forecast(candidate: Candidate, values: Sequence[int], cadence: Cadence) -> list[int]:
    """A candidate's millionths for the horizon; no series goes below 0."""
    return [max(point, 0) for point in candidate.forecast(values, cadence)]


def _backtest(
    candidate: Candidate, values: Sequence[int], cadence: Cadence, cut_offs: Sequence[int]
) -> list[CutOff]:
    """What a candidate says at each cut-off from what was known then, beside what came."""
    return [
        [
            (point, actual * MICROS)
            for point, actual in zip(
                _forecast(candidate, values[:cut_off], cadence), values[cut_off:], strict=False
            )
        ]
        for cut_off in cut_offs
    ]


def _choose(backtests: Mapping[Candidate, list[CutOff]], is_scaled: bool) -> Candidate:
    """The candidate of the least MASE, which is that of the least WAPE; the earlier on ties.

    Where neither is known, the naive one.
    """
    judged = [candidate for candidate, pairs in backtests.items() if pairs]
    if not judged or not (is_scaled or total_actual(backtests[judged[0]])):
        return next(iter(backtests))
    return min(judged, key=lambda candidate: total_error(backtests[candidate]))


def _steps(points: Sequence[int], backtest: Sequence[CutOff], cadence: Cadence) -> tuple[Step, ...]:
    """Points with their intervals in whole numbers, each rounded once."""
    errors = [errors_by_band(pairs, cadence) for pairs in backtest]
    widths = [margins(errors, cadence, level) for level in LEVELS]
    return tuple(
        _step(point, [of_level[cadence.band_of(step)] for of_level in widths])
        for step, point in enumerate(points, start=1)
    )


def _step(point: int, margins_of_levels: Sequence[int | None]) -> Step:
    pairs = (bounds(point, margin) for margin in margins_of_levels)
    return Step(to_whole(point), *(_whole(bound) for pair in pairs for bound in pair))


def _whole(bound: int | None) -> int | None:
    return None if bound is None else to_whole(bound)
