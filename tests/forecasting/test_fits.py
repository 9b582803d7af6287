"""The library at our pins, and what becomes of fits that fail."""

from random import Random
from warnings import catch_warnings, simplefilter, warn

import pytest
from support.golden_forecasts import AIR_PASSENGERS, AIR_PASSENGERS_ARIMA, AIR_PASSENGERS_ETS

from orchestration.forecasting import fits
from orchestration.forecasting.cadence import DAILY, WEEKLY
from orchestration.forecasting.fits import (
    FitError,
    fit_ets,
    forecast_by_ets,
    forecast_by_model,
    forecast_by_theta,
)
from orchestration.forecasting.micros import MICROS

BOTH = pytest.mark.parametrize("forecast", [forecast_by_ets, forecast_by_theta])


def daily(chance: Random) -> list[int]:
    return [chance.randrange(50) + 20 * (day % 7) for day in range(400)]


def test_ets_of_air_passengers_is_that_of_r() -> None:
    found = fit_ets(
        AIR_PASSENGERS,
        12,
        error="mul",
        trend="add",
        damped_trend=True,
        seasonal="mul",
        seasonal_periods=12,
    )
    assert list(found) == pytest.approx(AIR_PASSENGERS_ETS, rel=0.01)


def test_arima_of_air_passengers_is_that_of_r() -> None:
    """The library itself: no candidate is an ARIMA."""
    from statsmodels.tsa.arima.model import ARIMA

    with catch_warnings():
        simplefilter("ignore")  # its starting parameters are not stationary
        model = ARIMA(AIR_PASSENGERS, order=(2, 1, 1), seasonal_order=(0, 1, 0, 12)).fit()
    assert list(model.forecast(12)) == pytest.approx(AIR_PASSENGERS_ARIMA, rel=0.001)


@BOTH
@pytest.mark.parametrize("unit", [10**3, 10**12, 10**30], ids="{:.0e}".format)
def test_the_unit_of_a_series_changes_nothing_but_the_unit(forecast: fits.Fit, unit: int) -> None:
    values = daily(Random(1))
    in_ones = [point * unit for point in forecast(values, DAILY)]
    assert forecast([value * unit for value in values], DAILY) == pytest.approx(in_ones, rel=0.01)


@BOTH
def test_models_find_a_season_of_seven_days(forecast: fits.Fit) -> None:
    points = forecast(daily(Random(2)), DAILY)  # the next day is the second of its week
    week = points[6:13]
    assert week == sorted(week) and len(points) == 90
    assert week[-1] - week[0] == pytest.approx(120 * MICROS, rel=0.2)


@BOTH
def test_models_know_the_last_steps_alone(forecast: fits.Fit) -> None:
    values = daily(Random(3))
    known = values[-DAILY.fitted :]
    assert forecast(values, DAILY) == forecast([10**6] * 500 + known, DAILY)


@BOTH
@pytest.mark.parametrize("cadence", [DAILY, WEEKLY])
def test_what_does_not_vary_goes_on_as_it_is(forecast: fits.Fit, cadence: object) -> None:
    """No likelihood has a maximum there."""
    assert forecast([10**6] * 10 + [0] * 364, cadence) == [0] * cadence.horizon
    assert forecast([3] * 400, cadence) == [3 * MICROS] * cadence.horizon


def test_a_fit_that_fails_is_told_with_its_reason_in_one_line() -> None:
    def broken(values: list[float], steps: int) -> list[float]:
        raise ZeroDivisionError("by\n  nothing")

    with pytest.raises(FitError, match="ZeroDivisionError: by nothing"):
        forecast_by_model(broken, daily(Random(4)), DAILY)


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_a_forecast_that_is_no_number_is_told(bad: float) -> None:
    with pytest.raises(FitError):
        forecast_by_model(lambda values, steps: [1.0, bad], daily(Random(5)), DAILY)


def test_a_fit_that_did_not_converge_is_told(capfd: pytest.CaptureFixture[str]) -> None:
    from statsmodels.tools.sm_exceptions import ConvergenceWarning

    def unsure(values: list[float], steps: int) -> list[float]:
        warn("gave up", ConvergenceWarning, stacklevel=1)
        return [1.0] * steps

    with pytest.raises(FitError, match="did not converge"):
        forecast_by_model(unsure, daily(Random(6)), DAILY)
    assert capfd.readouterr() == ("", "")


def test_other_warnings_are_neither_told_nor_printed(capfd: pytest.CaptureFixture[str]) -> None:
    def noisy(values: list[float], steps: int) -> list[float]:
        warn("overflow encountered on the way", RuntimeWarning, stacklevel=1)
        return [1.0] * steps

    values = [*[4] * 399, 8]
    assert forecast_by_model(noisy, values, DAILY) == [4 * MICROS] * 90  # in units of their mean
    assert capfd.readouterr() == ("", "")
