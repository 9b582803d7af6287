"""Forecasts of one series, tried on its past, and the one that is published (metrics.md).

Nothing is rounded here. Errors stand by cut-off, latest first, and then by step.
"""

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from support.recount.sites import Fitted

Number = int | Fraction
Made = Mapping[str, list[Number] | None]
"""What each candidate forecasts; null of one that could not be fitted."""
LEVELS = (Fraction("0.80"), Fraction("0.95"))
MOST_CUT_OFFS = 8
NAIVE = "naive"


class Rhythm(NamedTuple):
    """How series of days, and of weeks, are forecast and judged."""

    horizon: int
    bands: tuple[int, ...]
    cut_off_every: int
    shortest: int
    season: int


DAILY = Rhythm(90, (28, 56, 90), 28, 56, 7)
WEEKLY = Rhythm(13, (4, 8, 13), 4, 16, 1)
"""Bands are told by their last steps; shortest is what a cut-off needs before it."""


class Step(NamedTuple):
    """A forecast, and by level the ends of its band where errors enough are known."""

    point: Number
    bands: tuple[tuple[Number, Number] | None, ...]


class Judged(NamedTuple):
    """A candidate's forecasts from the cut-offs, against what came."""

    name: str
    errors: list[list[Number]]
    actual: int
    scale: Fraction | None

    @property
    def wape(self) -> Fraction | None:
        return _over(sum(map(abs, _all(self.errors))), self.actual)

    @property
    def bias(self) -> Fraction | None:
        return _over(sum(_all(self.errors)), self.actual)

    @property
    def mase(self) -> Fraction | None:
        return scaled_error(_all(self.errors), self.scale)

    @property
    def loss(self) -> Fraction | None:
        """What is compared: the scaled error, or where nothing scales it, the other one."""
        return self.mase if self.scale else self.wape


class Forecast(NamedTuple):
    """The candidates as judged, the name of the best, and what it forecasts."""

    candidates: list[Judged]
    published: str
    steps: list[Step]


@lru_cache(maxsize=1000)  # several payloads show it
def forecast_of(values: tuple[int, ...], rhythm: Rhythm, fitted: Fitted | None) -> Forecast:
    """A series' forecast: of the candidates the one that erred least, the earlier on ties.

    Where the naive one was never wrong no other is tried.
    """
    cut_offs = cut_offs_of(len(values), rhythm)
    came = [values[at : at + rhythm.horizon] for at in cut_offs]
    scale = scale_of(values[: cut_offs[-1]], rhythm.season) if cut_offs else None
    naive = _judge(NAIVE, [_candidates(values[:at], rhythm, None) for at in cut_offs], came, scale)
    if not any(_all(naive.errors)):
        ahead = _candidates(values, rhythm, None)
        return Forecast([naive], NAIVE, _steps(ahead[NAIVE], naive.errors, rhythm))
    tried = [_candidates(values[:at], rhythm, fitted) for at in cut_offs]
    ahead = _candidates(values, rhythm, fitted)
    judged = [_judge(name, tried, came, scale) for name in ahead]
    best = naive
    for candidate in judged:
        if candidate.errors and candidate.loss is not None and candidate.loss < best.loss:
            best = candidate
    if ahead[best.name] is None:  # the naive one stands in
        best = naive
    return Forecast(judged, best.name, _steps(ahead[best.name], best.errors, rhythm))


def _judge(
    name: str, tried: list[Made], came: list[tuple[int, ...]], scale: Fraction | None
) -> Judged:
    """A candidate against what came; of one that failed to fit once nothing is known."""
    made = [candidates[name] for candidates in tried]
    if None in made:
        return Judged(name, [], 0, None)
    errors = [_errors(*pair) for pair in zip(made, came, strict=True)]
    return Judged(name, errors, sum(map(sum, came)), scale)


def _errors(made: list[Number], came: tuple[int, ...]) -> list[Number]:
    """Forecast less actual, as far as data goes."""
    return [point - actual for point, actual in zip(made, came, strict=False)]


def cut_offs_of(length: int, rhythm: Rhythm) -> list[int]:
    """How many values come before each cut-off, the latest first."""
    cut_offs = [length - rhythm.cut_off_every * back for back in range(1, MOST_CUT_OFFS + 1)]
    return [at for at in cut_offs if at >= rhythm.shortest]


def _candidates(values: tuple[int, ...], rhythm: Rhythm, fitted: Fitted | None) -> Made:
    """What each candidate forecasts up to the horizon, at least 0, the naive one first."""
    naive = (naive_days if rhythm is DAILY else naive_weeks)(values, rhythm.horizon)
    others = fitted(values, rhythm.horizon) if fitted else {}
    return {
        name: None if steps is None else [max(Fraction(one), 0) for one in steps]
        for name, steps in {NAIVE: naive, **others}.items()
    }


def naive_days(values: Sequence[int], horizon: int) -> list[Number]:
    """The last week again. Before the first event nothing happened."""
    week = [0, 0, 0, 0, 0, 0, 0, *values][-7:]
    return [week[step % 7] for step in range(horizon)]


def naive_weeks(values: Sequence[int], horizon: int) -> list[Number]:
    """The mean of the last eight weeks, or of those that there are."""
    last = values[-8:]
    return [Fraction(sum(last), len(last))] * horizon


def scale_of(values: Sequence[Number], season: int) -> Fraction | None:
    """What a season before errs by in these values, on average; null for less than a season."""
    changes = [abs(new - old) for old, new in zip(values, values[season:], strict=False)]
    return Fraction(sum(changes)) / len(changes) if changes else None


def scaled_error(errors: Sequence[Number], scale: Fraction | None) -> Fraction | None:
    """The mean absolute scaled error."""
    return Fraction(sum(map(abs, errors))) / len(errors) / scale if errors and scale else None


def _steps(made: list[Number], errors: list[list[Number]], rhythm: Rhythm) -> list[Step]:
    reaches = {level: _reaches(errors, rhythm, level) for level in LEVELS}
    steps = []
    for number, point in enumerate(made):
        known = [reaches[level][_band(number, rhythm)] for level in LEVELS]
        steps.append(Step(point, tuple(_around(point, within) for within in known)))
    return steps


def _around(point: Number, within: Number | None) -> tuple[Number, Number] | None:
    return None if within is None else (max(point - within, 0), point + within)


def coverage(errors: list[list[Number]], rhythm: Rhythm, level: Fraction) -> Fraction | None:
    """How many errors lie within the reach of the other cut-offs' ones, of those that have one."""
    known = covered = 0
    for at, of_cut_off in enumerate(errors):
        reaches = _reaches(errors[:at] + errors[at + 1 :], rhythm, level)
        for number, error in enumerate(of_cut_off):
            within = reaches[_band(number, rhythm)]
            if within is not None:
                known += 1
                covered += abs(error) <= within
    return _over(covered, known)


def _reaches(
    errors: list[list[Number]], rhythm: Rhythm, level: Fraction
) -> dict[int, Number | None]:
    """The reach of each band's errors."""
    by_band: dict[int, list[Number]] = {last: [] for last in rhythm.bands}
    for of_cut_off in errors:
        for number, error in enumerate(of_cut_off):
            by_band[_band(number, rhythm)].append(error)
    return {last: reach(of_band, level) for last, of_band in by_band.items()}


def reach(errors: Sequence[Number], level: Fraction) -> Number | None:
    """Split conformal: the ⌈(n+1)·level⌉-th smallest absolute error; null where n is less."""
    rank = math.ceil((len(errors) + 1) * level)
    return sorted(map(abs, errors))[rank - 1] if rank <= len(errors) else None


def _band(number: int, rhythm: Rhythm) -> int:
    """The last step of the band that holds a step, which are counted from 1 and from 0."""
    return next(last for last in rhythm.bands if number < last)


def _all(errors: list[list[Number]]) -> list[Number]:
    return [error for of_cut_off in errors for error in of_cut_off]


def _over(part: Fraction | int, whole: int) -> Fraction | None:
    return Fraction(part) / whole if whole else None
