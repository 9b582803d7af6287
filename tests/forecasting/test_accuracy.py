"""Measures of error, held against published ones."""

from decimal import Decimal

import pytest
from support.golden_forecasts import BEER

from orchestration.forecasting.accuracy import Scale, bias, mase, scale_of, wape
from orchestration.forecasting.cadence import Cadence
from orchestration.forecasting.micros import MICROS, divide, ratio
from orchestration.forecasting.naive import forecast_naively

BEER_TRAINED = 64


@pytest.mark.parametrize(
    ("season", "averaged", "published_mase"),
    [(1, 64, "2.4353"), (1, 1, "4.0140"), (4, 1, "0.9371")],
    ids=["mean", "naive", "seasonal naive"],
)
def test_beer(season: int, averaged: int, published_mase: str) -> None:
    """FPP3, table 5.8, to 4 decimals; the scale there is that of the season, 14.3."""
    cadence = Cadence(season, averaged, bands=(10,), cut_off_gap=1, shortest_history=1, fitted=1)
    trained, actual = BEER[:BEER_TRAINED], BEER[BEER_TRAINED:]
    scale = scale_of(trained, lag=4)
    assert scale.total / scale.count == 14.3
    forecast = forecast_naively(trained, cadence)
    pairs = list(zip(forecast, [value * MICROS for value in actual], strict=True))
    in_micros = Scale(scale.total * MICROS, scale.count)
    assert mase([pairs], in_micros) == Decimal(published_mase)
    if season == 4:
        assert wape([pairs]) == Decimal("0.0318")


def test_mase_of_sktime() -> None:
    """The example of sktime's MeanAbsoluteScaledError, in quarters of one."""
    trained = [20, 2, 16, 24, 12, 20, 8]
    actual, forecast = [12, -2, 8, 28, 8], [10, 0, 8, 32, 5]
    pairs = list(zip(forecast, actual, strict=True))
    assert mase([pairs], scale_of(trained, lag=1)) == Decimal("0.1833")


def test_all_steps_of_all_cut_offs_count_alike() -> None:
    cut_offs = [[(13, 10)], [(10, 10), (10, 10), (8, 10)]]
    assert mase(cut_offs, Scale(total=10, count=4)) == Decimal("0.5000")
    assert wape(cut_offs) == Decimal("0.1250")
    assert bias(cut_offs) == Decimal("0.0250")


def test_what_can_not_be_known_is_none() -> None:
    nothing_came = [[(3, 0), (0, 0)]]
    assert mase(nothing_came, Scale(0, 5)) is None
    assert wape(nothing_came) is None and bias(nothing_came) is None
    assert mase([], Scale(7, 5)) is None and wape([]) is None


def test_actual_values_below_zero_count_by_their_size() -> None:
    assert wape([[(0, -10), (10, 10)]]) == Decimal("0.5000")
    assert bias([[(0, -10), (5, 10)]]) == Decimal("0.2500")


@pytest.mark.parametrize(
    ("numerator", "denominator", "expected"), [(5, 10, 1), (-5, 10, -1), (5, -10, -1), (4, 10, 0)]
)
def test_halves_are_rounded_away_from_zero(numerator: int, denominator: int, expected: int) -> None:
    assert divide(numerator, denominator) == expected


def test_ratios_of_any_size_keep_4_decimals() -> None:
    assert ratio(2 * 10**40, 3) == Decimal("6" * 40 + ".6667")
    assert str(ratio(1, 1)) == "1.0000"
