"""One series: every candidate backtested, the best one's forecast, and its intervals."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from orchestration.forecasting.accuracy import (
    CutOff,
    Scale,
    bias,
    mase,
    scale_of,
    total_actual,
    total_error,
    wape,
)
from orchestration.forecasting.cadence import Cadence
from orchestration.forecasting.candidates import Candidate, candidates
from orchestration.forecasting.fits import FitError
from orchestration.forecasting.intervals import bounds, coverage, errors_of, reaches
from orchestration.forecasting.micros import MICROS, to_whole


@dataclass(frozen=True, slots=True)
class Step:
    """What is expected of one step, in millionths; bounds are none where too little is known.

    Each is rounded once, by `whole`; who adds them up rounds the sum instead.
    """

    point: int
    low_80: int | None = None
    high_80: int | None = None
    low_95: int | None = None
    high_95: int | None = None

    def whole(self) -> "Step":
        """The same in ones, each half away from zero."""
        parts = (self.point, self.low_80, self.high_80, self.low_95, self.high_95)
        return Step(*(None if part is None else to_whole(part) for part in parts))


@dataclass(frozen=True, slots=True)
class Accuracy:
    """How good a candidate was; figures that can't be known are none."""

    model: str
    mase: Decimal | None
    wape: Decimal | None
    bias: Decimal | None
    coverage_80: Decimal | None
    coverage_95: Decimal | None
    cut_offs: int
    """None of them for a series that is too short, and for a candidate that could not be tried."""
    is_published: bool


@dataclass(frozen=True, slots=True)
class SeriesForecast:
    """What is published of a series, and how good it was."""

    model: str
    exact: tuple[Step, ...]
    """The horizon in order, in millionths; empty for a series without values."""
    accuracy: tuple[Accuracy, ...]
    """A row for each candidate that was tried, the naive one first."""
    failures: tuple[str, ...]
    """Fits that failed, each as a sentence; the naive forecast stands in their place."""

    @property
    def steps(self) -> tuple[Step, ...]:
        """The horizon in order, in whole numbers."""
        return tuple(step.whole() for step in self.exact)


def forecast_series(
    values: Sequence[int], cadence: Cadence, tried: Sequence[Candidate] = ()
) -> SeriesForecast:
    """The forecast of what follows these values, which have no gaps and end on the last step.

    `tried` are the candidates, the naive one first; else all of its cadence. A series that is too
    short for a cut-off, and one that the naive forecast got right, has the naive one alone.
    """
    values = list(map(int, values))  # of numpy's, millionths would overflow without a word
    tried = tried or candidates(cadence)
    cut_offs = cadence.cut_offs(len(values))
    backtests, failures = _backtest_all(tried, values, cadence, cut_offs)
    before_all = values[: cut_offs[-1]] if cut_offs else ()
    scale = scale_of([value * MICROS for value in before_all], cadence.season)
    chosen = _choose(backtests, scale)
    try:
        points = _forecast(chosen, values, cadence)
    except FitError as error:
        failures.append(
            f"{chosen.name} was the best, but its last fit failed, so the naive forecast is"
            f" published: {error}"
        )
        chosen = tried[0]
        points = _forecast(chosen, values, cadence)
    return SeriesForecast(
        chosen.name,
        _with_intervals(points if values else (), backtests[chosen], cadence),
        tuple(
            _accuracy(candidate.name, backtest, scale, cadence, is_published=candidate is chosen)
            for candidate, backtest in backtests.items()
        ),
        tuple(failures),
    )


def _backtest_all(
    tried: Sequence[Candidate], values: Sequence[int], cadence: Cadence, cut_offs: Sequence[int]
) -> tuple[dict[Candidate, list[CutOff]], list[str]]:
    """The backtest of each candidate, empty for one that failed; and how it failed."""
    naive, *others = tried
    backtests = {naive: _backtest(naive, values, cadence, cut_offs)}
    failures = []
    for candidate in others if total_error(backtests[naive]) else ():
        try:
            backtests[candidate] = _backtest(candidate, values, cadence, cut_offs)
        except FitError as error:
            backtests[candidate] = []
            failures.append(
                f"{candidate.name} is left out, since a fit at a cut-off failed: {error}"
            )
    return backtests, failures


def _forecast(candidate: Candidate, values: Sequence[int], cadence: Cadence) -> list[int]:
    """A candidate's millionths for the horizon; no series goes below 0."""
    return [max(point, 0) for point in candidate.forecast(values, cadence)]


def _backtest(
    candidate: Candidate, values: Sequence[int], cadence: Cadence, cut_offs: Sequence[int]
) -> list[CutOff]:
    """What a candidate says at each cut-off from the values before it, beside what came."""
    forecasts = [_forecast(candidate, values[:cut_off], cadence) for cut_off in cut_offs]
    actuals = [[value * MICROS for value in values[cut_off:]] for cut_off in cut_offs]
    return [
        list(zip(forecast, actual, strict=False))  # whichever ends first
        for forecast, actual in zip(forecasts, actuals, strict=True)
    ]


def _choose(backtests: Mapping[Candidate, list[CutOff]], scale: Scale) -> Candidate:
    """The candidate of the least MASE, or WAPE where that can't be known; the earlier on ties.

    All are judged on the same steps, so the sum of errors orders them as either does. Where neither
    can be known, the naive one.
    """
    naive = next(iter(backtests))
    if not (scale.total or total_actual(backtests[naive])):
        return naive
    backtested = [candidate for candidate, backtest in backtests.items() if backtest]
    return min(backtested, key=lambda candidate: total_error(backtests[candidate]), default=naive)


def _with_intervals(
    points: Sequence[int], backtest: Sequence[CutOff], cadence: Cadence
) -> tuple[Step, ...]:
    """The points, each with its band's intervals."""
    errors = errors_of(backtest, cadence)
    reaches_80, reaches_95 = (reaches(errors, cadence, level) for level in (80, 95))
    bands = zip(cadence.by_band(points), reaches_80, reaches_95, strict=True)
    return tuple(
        Step(point, *_bounds(point, reach_80), *_bounds(point, reach_95))
        for of_band, reach_80, reach_95 in bands
        for point in of_band
    )


def _bounds(point: int, reach: int | None) -> tuple[int | None, int | None]:
    return (None, None) if reach is None else bounds(point, reach)


def _accuracy(
    model: str, backtest: Sequence[CutOff], scale: Scale, cadence: Cadence, is_published: bool
) -> Accuracy:
    return Accuracy(
        model,
        mase=mase(backtest, scale),
        wape=wape(backtest),
        bias=bias(backtest),
        coverage_80=coverage(backtest, cadence, 80),
        coverage_95=coverage(backtest, cadence, 95),
        cut_offs=len(backtest),
        is_published=is_published,
    )
