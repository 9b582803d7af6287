"""The models of statsmodels, which is imported only where something is fitted.

A model gives what follows some values, both in units of their usual size, so that optimizers see
the same problem whether points are counted by the dozen or by the billion.
"""

import warnings
from collections.abc import Callable, Iterable, Sequence
from operator import eq
from typing import Any

from orchestration.forecasting.cadence import Cadence
from orchestration.forecasting.micros import MICROS, divide

Fit = Callable[..., Iterable[float]]


class FitError(Exception):
    """Why a model could not be fitted to some values, in one line."""


def forecast_by_ets(values: Sequence[int], cadence: Cadence) -> list[int]:
    """By exponential smoothing with additive errors: a level, and a season where there is one.

    Its first states are statsmodels' heuristic ones, the smoothing parameters of most likelihood.
    """
    season = {"seasonal": "add", "seasonal_periods": cadence.season} if cadence.season > 1 else {}
    return forecast_by_model(fit_ets, values, cadence, initialization_method="heuristic", **season)


def forecast_by_theta(values: Sequence[int], cadence: Cadence) -> list[int]:
    """By the Theta method, of what is left of a season that is significant at 10 %."""
    return forecast_by_model(
        fit_theta, values, cadence, period=cadence.season, deseasonalize=cadence.season > 1
    )


def fit_ets(values: Sequence[float], steps: int, **options: Any) -> Iterable[float]:
    """The forecast of an ETS model with these options of statsmodels."""
    from numpy import array
    from statsmodels.tsa.exponential_smoothing.ets import ETSModel

    return ETSModel(array(values), **options).fit(disp=False).forecast(steps)


def fit_theta(values: Sequence[float], steps: int, **options: Any) -> Iterable[float]:
    """The forecast of a Theta model with these options of statsmodels."""
    from numpy import array
    from statsmodels.tsa.forecasting.theta import ThetaModel

    return ThetaModel(array(values), **options).fit().forecast(steps)


def forecast_by_model(
    fit: Fit, values: Sequence[int], cadence: Cadence, **options: Any
) -> list[int]:
    """Millionths for the horizon, by a model of the last values; raises `FitError`."""
    known = values[-cadence.fitted :]
    season = known[-cadence.season :]
    if all(map(eq, known, known[cadence.season :])):  # nothing varies that could be fitted
        return [season[step % cadence.season] * MICROS for step in range(cadence.horizon)]
    unit = max(sum(map(abs, known)) // len(known), 1)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            forecast = fit([value / unit for value in known], cadence.horizon, **options)
            parts = [float(value).as_integer_ratio() for value in forecast]
        except Exception as error:  # whatever a library's numerics raise
            reason = " ".join(str(error).split())
            raise FitError(f"{type(error).__name__}: {reason}") from error
    if any(warning.category.__name__ == "ConvergenceWarning" for warning in caught):
        raise FitError("the fit did not converge")
    return [divide(numerator * unit * MICROS, denominator) for numerator, denominator in parts]
