"""The candidates: the naive forecast, and what the library fits where it is installed.

Each gives millionths for every step of the horizon, from the given values alone.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec

from orchestration.forecasting.cadence import Cadence
from orchestration.forecasting.fits import forecast_by_ets, forecast_by_theta
from orchestration.forecasting.micros import MICROS, divide

NAIVE = "naive"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A way to forecast, by the name that is published."""

    name: str
    forecast: Callable[[Sequence[int], Cadence], list[int]]
    """May raise `FitError`, unless it is the naive one's."""


def can_fit() -> bool:
    """Whether the library is installed; without it every forecast is the naive one."""
    return find_spec("statsmodels") is not None


def candidates() -> tuple[Candidate, ...]:
    """What is tried on a series, the naive one first: of two that are as good the earlier wins."""
    naive = Candidate(NAIVE, forecast_naively)
    fitted = Candidate("ets", forecast_by_ets), Candidate("theta", forecast_by_theta)
    return (naive, *fitted) if can_fit() else (naive,)


def forecast_naively(values: Sequence[int], cadence: Cadence) -> list[int]:
    """The mean of the last values a whole number of seasons before; 0 where there is none.

    With one value of each weekday that is the seasonal naive forecast; before the first value
    nothing had happened. Fewer values than are to be averaged are averaged themselves.
    """
    places = [values[-1 - back :: -cadence.season] for back in range(cadence.season)]
    of_season = [_mean(place[: cadence.averaged]) for place in reversed(places)]
    return [of_season[step % cadence.season] for step in range(cadence.horizon)]


def _mean(values: Sequence[int]) -> int:
    """In millionths: exact for 1, 2, 4 and 8 values, and never on the other side of a half."""
    return divide(sum(values) * MICROS, len(values)) if values else 0
