"""The naive forecast, which every other one has to beat."""

from collections.abc import Sequence

from orchestration.forecasting.cadence import Cadence
from orchestration.forecasting.micros import MICROS, divide


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
