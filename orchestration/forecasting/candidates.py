"""The candidates: the naive forecast, and what the library fits where it is installed.

Each gives millionths for every step of the horizon, from the given values alone.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec

from orchestration.forecasting.cadence import Cadence
from orchestration.forecasting.fits import forecast_by_ets, forecast_by_theta
from orchestration.forecasting.naive import forecast_naively


@dataclass(frozen=True, slots=True)
class Candidate:
    """A way to forecast, by the name that is published."""

    name: str
    forecast: Callable[[Sequence[int], Cadence], list[int]]
    """May raise `FitError`, unless it is the naive one's."""


NAIVE = Candidate("naive", forecast_naively)
ETS = Candidate("ets", forecast_by_ets)
THETA = Candidate("theta", forecast_by_theta)


def can_fit() -> bool:
    """Whether the library is installed; without it every forecast is the naive one."""
    return find_spec("statsmodels") is not None


def candidates(cadence: Cadence) -> tuple[Candidate, ...]:
    """What is tried on a series, the naive one first: of two that are as good the earlier wins.

    Theta takes three times as long as ETS, and gains nothing on counts by week.
    """
    tried = [NAIVE]
    if can_fit():
        tried += [ETS, THETA] if cadence.season > 1 else [ETS]
    return tuple(tried)
