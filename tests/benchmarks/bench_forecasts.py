"""Whether intervals hold what they promise, whether models are worth it, and what they cost.

    make bench-forecasts

200 series of three years and a quarter, 40 of each kind, are made by chance with a seed: the
quarter is kept from the forecast and held against it. The same by week. Time is that of 200
websites with three series of days and one of weeks each.
"""

import resource
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from tabulate import tabulate

from orchestration.forecasting.cadence import DAILY, WEEKLY, Cadence
from orchestration.forecasting.candidates import candidates
from orchestration.forecasting.many import forecast_many
from orchestration.forecasting.micros import MICROS
from orchestration.forecasting.naive import forecast_naively
from orchestration.forecasting.series import SeriesForecast

SEED = 20
OF_EACH_KIND = 40
DAYS, WEEKS = 1096, 156
ALL = "all"


@dataclass(frozen=True)
class Trial:
    """A series, what came after it, and what had been forecast."""

    kind: str
    cadence: Cadence
    values: list[int]
    truth: list[int]


def main() -> None:
    """Measure and print."""
    days, weeks = _trials()
    began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    found = forecast_many([(each.values, each.cadence) for each in [*days, *weeks, *days, *days]])
    seconds, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    for name, trials, of in (("day", days, found), ("week", weeks, found[len(days) :])):
        rows = list(zip(trials, of, strict=False))
        _print(_coverage, rows, [f"series by {name}", *_coverage_headers(trials[0].cadence)])
        _print(
            _merit,
            rows,
            [f"series by {name}", *_names(trials[0].cadence), "beat the naive one", "error"],
        )
    worked = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    failed = sum(bool(forecast.failures) for forecast in found)
    print(
        f"{len(found)} series: {seconds:.0f} seconds, {worked:.0f} of processors; {failed} failed"
    )


Row = tuple[Trial, SeriesForecast]


def _print(
    line: Callable[[Sequence[Row]], list[object]], rows: list[Row], headers: list[str]
) -> None:
    """A table with a line for each kind, and one for all."""
    kinds = {kind: [row for row in rows if row[0].kind == kind] for kind in KINDS} | {ALL: rows}
    lines = [[kind, *line(of_kind)] for kind, of_kind in kinds.items()]
    print(tabulate(lines, headers, tablefmt="github", floatfmt=".1f"), end="\n\n")


def _coverage_headers(cadence: Cadence) -> list[str]:
    names = [f"{steps[0]}–{steps[-1]}" for steps in cadence.by_band(range(1, cadence.horizon + 1))]
    return [f"{level} %: {name}" for level in (80, 95) for name in names]


def _coverage(rows: Sequence[Row]) -> list[object]:
    """Percent of what came inside each level's intervals, by band."""
    held: list[object] = []
    for level in (80, 95):
        inside = [
            trial.cadence.by_band(
                [
                    getattr(step, f"low_{level}") <= actual <= getattr(step, f"high_{level}")
                    for step, actual in zip(forecast.steps, trial.truth, strict=True)
                ]
            )
            for trial, forecast in rows
        ]
        held += [100 * np.mean(bands) for bands in zip(*inside, strict=True)]
    return held


def _merit(rows: Sequence[Row]) -> list[object]:
    """How often each model was published and was better than the naive one, and by how much."""
    published = Counter(forecast.model for _, forecast in rows)
    errors = [
        (
            _error([step.point for step in forecast.exact], trial.truth),
            _error(forecast_naively(trial.values, trial.cadence), trial.truth),
        )
        for trial, forecast in rows
        if forecast.model != "naive"
    ]
    better = sum(error < naive for error, naive in errors)
    ratios = [error / naive for error, naive in errors]
    return [
        *(published[model] for model in _names(rows[0][0].cadence)),
        f"{better} of {len(errors)}",
        f"{100 * np.median(ratios):.0f} %" if ratios else "",
    ]


def _names(cadence: Cadence) -> list[str]:
    return [candidate.name for candidate in candidates(cadence)]


def _error(points: Sequence[int], truth: Sequence[int]) -> int:
    pairs = zip(points, truth, strict=True)
    return sum(abs(point - actual * MICROS) for point, actual in pairs)


def _trials() -> tuple[list[Trial], list[Trial]]:
    """The series by day, and the same by week."""
    chance = np.random.default_rng(SEED)
    days, weeks = [], []
    for kind, mean in KINDS.items():
        for _ in range(OF_EACH_KIND):
            daily = mean(chance, DAYS + DAILY.horizon)
            weekly = daily[: len(daily) // 7 * 7].reshape(-1, 7).sum(axis=1)
            days.append(_trial(kind, DAILY, daily.tolist(), DAYS))
            weeks.append(_trial(kind, WEEKLY, weekly.tolist(), WEEKS))
    return days, weeks


def _trial(kind: str, cadence: Cadence, values: list[int], known: int) -> Trial:
    return Trial(kind, cadence, values[:known], values[known : known + cadence.horizon])


Chance = np.random.Generator


def _counts(chance: Chance, means: np.ndarray, evenness: float) -> np.ndarray:
    """Counts around these means; the lower the evenness, the more they vary beyond Poisson."""
    return chance.poisson(means * chance.gamma(evenness, 1 / evenness, len(means)))


def _seasonal(chance: Chance, levels: np.ndarray) -> np.ndarray:
    """20 to 3,000 a day at a level of 1, with a pattern of the week."""
    week = np.exp(chance.normal(0, 0.3, 7))[np.arange(len(levels)) % 7]
    return _counts(chance, np.exp(chance.uniform(3, 8)) * week * levels, chance.uniform(3, 30))


def _weekly_season(chance: Chance, length: int) -> np.ndarray:
    return _seasonal(chance, np.ones(length))


def _trend(chance: Chance, length: int) -> np.ndarray:
    """From a fall by 60 % to three times as much, in a straight line."""
    return _seasonal(chance, 1 + chance.uniform(-0.6, 2) * np.arange(length) / length)


def _level_shifts(chance: Chance, length: int) -> np.ndarray:
    """A jump each 250 days on average, most of them by less than half."""
    jumps = np.where(chance.random(length) < 1 / 250, chance.normal(0, 0.4, length), 0)
    return _seasonal(chance, np.exp(np.cumsum(jumps)))


def _many_zeros(chance: Chance, length: int) -> np.ndarray:
    """Nothing on half of the days or more."""
    return _counts(chance, np.full(length, chance.uniform(0.05, 0.7)), chance.uniform(0.5, 3))


def _noise(chance: Chance, length: int) -> np.ndarray:
    """No pattern, and far from even."""
    return _counts(chance, np.full(length, np.exp(chance.uniform(3, 8))), chance.uniform(0.7, 5))


KINDS: dict[str, Callable[[Chance, int], np.ndarray]] = {
    "weekly season": _weekly_season,
    "trend": _trend,
    "level shifts": _level_shifts,
    "many zeros": _many_zeros,
    "noise": _noise,
}

if __name__ == "__main__":
    main()
