"""One series: what is tried, judged, chosen, and said where something can't be known."""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from random import Random

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.forecasting.cadence import DAILY, WEEKLY, Cadence
from orchestration.forecasting.candidates import NAIVE, Candidate, candidates
from orchestration.forecasting.fits import FitError
from orchestration.forecasting.micros import MICROS
from orchestration.forecasting.naive import forecast_naively
from orchestration.forecasting.series import Accuracy, Step, forecast_series

WEEK = [10, 20, 30, 40, 50, 60, 70]
RISING = [10 * week + day for week in range(40) for day in range(7)]


def always(value: int, name: str = "always") -> Candidate:
    """A candidate that expects one value, whatever came before."""
    return Candidate(name, lambda values, cadence: [value * MICROS] * cadence.horizon)


def failing_from(length: int) -> Candidate:
    """A candidate that is right about RISING, and fails on so many values or more."""

    def forecast(values: Sequence[int], cadence: Cadence) -> list[int]:
        if len(values) >= length:
            raise FitError("no luck")
        return [value * MICROS for value in [*RISING, *[0] * 90][len(values) :]][: cadence.horizon]

    return Candidate("failing", forecast)


def rows(values: Sequence[int], *others: Candidate) -> dict[str, Accuracy]:
    found = forecast_series(values, DAILY, [NAIVE, *others])
    return {row.model: row for row in found.accuracy}


def points(values: Sequence[int], cadence: Cadence) -> list[int]:
    return [step.point for step in forecast_series(values, cadence, [NAIVE]).steps]


def test_the_naive_forecast_of_days_is_the_last_week_again() -> None:
    assert points([1, 2, 3, *WEEK], DAILY) == [*WEEK * 12, *WEEK[:6]]


def test_the_naive_forecast_of_weeks_is_the_mean_of_the_last_eight() -> None:
    assert points([900, 1, 2, 3, 4, 5, 6, 7, 8], WEEKLY) == [5] * 13  # 4.5
    assert forecast_series([1] + [0] * 7, WEEKLY, [NAIVE]).exact[0] == Step(point=125_000)
    assert points([1, 2], WEEKLY) == [2] * 13  # of those there are: 1.5
    assert points([1, 0, 0], WEEKLY) == [0] * 13


def test_a_weekday_before_the_first_value_had_nothing() -> None:
    assert points([5, 6], DAILY)[:9] == [0, 0, 0, 0, 0, 5, 6, 0, 0]


def test_a_series_without_values_has_no_forecast() -> None:
    for cadence in (DAILY, WEEKLY):
        found = forecast_series([], cadence)
        assert found.steps == () and found.model == "naive"


@pytest.mark.parametrize(
    ("cadence", "length", "cut_offs"),
    [
        (DAILY, 83, []),
        (DAILY, 84, [56]),
        (DAILY, 111, [83]),
        (DAILY, 112, [84, 56]),
        (DAILY, 1096, [1068, 1040, 1012, 984, 956, 928, 900, 872]),
        (WEEKLY, 19, []),
        (WEEKLY, 20, [16]),
        (WEEKLY, 156, [152, 148, 144, 140, 136, 132, 128, 124]),
    ],
)
def test_cut_offs_go_back_as_far_as_history_allows(
    cadence: Cadence, length: int, cut_offs: list[int]
) -> None:
    assert cadence.cut_offs(length) == cut_offs


def test_a_short_series_has_the_naive_forecast_without_intervals() -> None:
    found = forecast_series(RISING[:83], DAILY)
    assert found.steps[0] == Step(point=RISING[76])
    expected = Accuracy("naive", None, None, None, None, None, cut_offs=0, is_published=True)
    assert found.accuracy == (expected,)


def test_bands_that_no_cut_off_reaches_have_no_interval() -> None:
    """With two cut-offs, 28 and 56 days are known; the first band has 56 errors, the second 28."""
    steps = forecast_series(RISING[:112], DAILY, [NAIVE]).steps
    assert None not in (steps[0].high_95, steps[55].high_95)
    assert steps[56:] == tuple(Step(step.point) for step in steps[56:])
    few = forecast_series(range(20), WEEKLY, [NAIVE]).steps[0]  # four errors
    assert few.high_80 is not None and few.high_95 is None


def test_the_backtest_is_judged_as_far_as_data_goes() -> None:
    """RISING is 10 a week above the naive forecast: 28 days after one cut-off, 56 after two."""
    assert rows(RISING[:84])["naive"].mase == Decimal("2.5000")
    assert rows(RISING[:112])["naive"].mase == Decimal("3.8333")  # (4 · 25 + 8 · 45) ÷ 12 ÷ 10
    assert rows(RISING[:112])["naive"].cut_offs == 2


def test_mase_is_in_units_of_what_lies_before_the_earliest_cut_off() -> None:
    """A later jump changes the errors alone: 1,000 after the earlier one, 0 after the later."""
    calm = [day % 7 + day // 7 % 2 for day in range(56)]  # 1 from one week to the next
    found = rows([*calm, *[1001] * 56])["naive"]
    assert found.mase == pytest.approx(Decimal(1000 * 56) / (56 + 28), abs=9)


def test_the_least_mase_wins() -> None:
    chance = Random(1)
    values = [chance.randrange(11) for _ in range(200)]
    others = always(9, "far"), always(5, "nearest"), always(7, "near")
    found = forecast_series(values, DAILY, [NAIVE, *others])
    assert [row.model for row in found.accuracy] == ["naive", "far", "nearest", "near"]
    assert found.model == "nearest" and found.steps[0].point == 5


def test_the_earlier_candidate_wins_a_tie() -> None:
    twin = Candidate("twin", forecast_naively)
    assert forecast_series(RISING, DAILY, [NAIVE, twin]).model == "naive"
    values = [day % 2 * 10 for day in range(200)]  # 4 and 5 are as far from them
    assert forecast_series(values, DAILY, [NAIVE, always(5, "b"), always(4, "a")]).model == "b"


def test_what_does_not_beat_the_naive_forecast_is_not_published() -> None:
    published = {model: row.is_published for model, row in rows(RISING, always(10**6)).items()}
    assert published == {"naive": True, "always": False}


def test_without_a_scale_wape_decides() -> None:
    """Each week like the one before up to the earliest cut-off, so MASE can't be known."""
    found = rows([*WEEK * 8, *[7] * 28], always(8))
    assert found["naive"].mase is None and found["always"].mase is None
    assert found["always"].wape == Decimal("0.1429")
    assert found["always"].is_published


def test_without_scale_and_actual_values_the_naive_forecast_stays() -> None:
    """Nothing came any more: no error can be put in relation to anything, not even a lesser one."""
    found = rows([*WEEK * 8, *[0] * 28], always(0))
    assert (found["always"].mase, found["always"].wape) == (None, None)
    assert found["naive"].is_published


@pytest.mark.parametrize("values", [[0] * 300, [8] * 300, WEEK * 40], ids=["0", "8", "weeks"])
def test_a_series_that_the_naive_forecast_gets_right_has_nothing_else_tried(
    values: list[int],
) -> None:
    found = forecast_series(values, DAILY, [NAIVE, failing_from(0)])
    assert [row.model for row in found.accuracy] == ["naive"] and not found.failures
    for step in found.steps:
        assert step == Step(*[step.point] * 5)


def test_a_candidate_that_fails_at_a_cut_off_is_out_and_told() -> None:
    found = forecast_series(RISING, DAILY, [NAIVE, failing_from(200)])
    assert found.failures == ("failing is left out, since a fit at a cut-off failed: no luck",)
    assert found.accuracy[1] == Accuracy(
        "failing", None, None, None, None, None, cut_offs=0, is_published=False
    )
    assert found.model == "naive" and found.steps[0].point == RISING[-7]


def test_where_the_best_fails_at_the_end_the_naive_forecast_is_published_and_told() -> None:
    found = forecast_series(RISING, DAILY, [NAIVE, failing_from(len(RISING))])
    assert found.failures == (
        "failing was the best, but its last fit failed, so the naive forecast is published:"
        " no luck",
    )
    assert found.accuracy[1].mase == Decimal("0.0000")
    assert not found.accuracy[1].is_published and found.accuracy[0].is_published
    alone = forecast_series(RISING, DAILY, [NAIVE])
    assert (found.model, found.steps) == (alone.model, alone.steps)


def test_forecasts_below_0_are_judged_and_published_as_0() -> None:
    values = [*[9, 0] * 40, *[0, 0, 1, 0] * 28]
    found = forecast_series(values, DAILY, [NAIVE, always(-5)])
    assert found.model == "always" and found.accuracy[1].wape == Decimal("1.0000")
    assert {(step.point, step.low_80) for step in found.steps} == {(0, 0)}


def test_points_and_bounds_are_rounded_once_half_away_from_zero() -> None:
    """A reach of 0.5 is none of 1: 2.5 ± 0.5 is 2 to 3, and 2.5 alone is 3."""
    values = [2, 3] * 40
    step = forecast_series(values, WEEKLY, [NAIVE]).steps[0]
    assert (step.point, step.low_80, step.high_80) == (3, 2, 3)


def test_values_of_any_size_are_exact() -> None:
    """All figures are ratios, and bounds go along, to the last digit."""
    huge = 10**30 + 1
    small = forecast_series(RISING, DAILY, [NAIVE])
    large = forecast_series([value * huge for value in RISING], DAILY, [NAIVE])
    assert large.accuracy == small.accuracy
    assert large.steps[0].high_95 == small.steps[0].high_95 * huge


def test_numbers_of_numpy_are_whole_numbers_too() -> None:
    """Millionths of these would overflow."""
    values = numpy.array([10**13 + value for value in RISING])
    assert forecast_series(values, DAILY, [NAIVE]) == forecast_series(
        values.tolist(), DAILY, [NAIVE]
    )


@given(
    values=st.lists(st.integers(0, 10**13), max_size=260),
    cadence=st.sampled_from([DAILY, WEEKLY]),
)
@settings(max_examples=60, deadline=None)
def test_intervals_lie_around_the_point(values: list[int], cadence: Cadence) -> None:
    found = forecast_series(values, cadence, [NAIVE])
    assert len(found.steps) == (cadence.horizon if values else 0)
    for step in found.steps:
        bounds = [step.low_95, step.low_80, step.point, step.high_80, step.high_95]
        known = [bound for bound in bounds if bound is not None]
        assert known == sorted(known) and known[0] >= 0
        assert step.low_80 is not None or step.low_95 is None


@pytest.mark.parametrize(
    ("cadence", "names"), [(DAILY, ["naive", "ets", "theta"]), (WEEKLY, ["naive", "ets"])]
)
def test_what_comes_after_a_cut_off_never_changes_what_was_forecast_from_it(
    cadence: Cadence, names: list[str]
) -> None:
    """Of data that ends there, and of data that goes on otherwise, all candidates say the same."""
    chance = Random(7)
    values = [chance.randrange(100) for _ in range(200)]
    said = _said(values, cadence)
    assert len(said) == 1 + len(cadence.cut_offs(len(values))) > 5
    latest, *_, earliest = cadence.cut_offs(len(values))
    for cut_off in (latest, earliest):
        before = values[:cut_off]
        alone = {each.name: each.forecast(before, cadence) for each in candidates(cadence)}
        otherwise = _said([*before, *[10**6] * cadence.cut_off_gap], cadence)
        assert said[cut_off] == alone == otherwise[cut_off]
        assert list(alone) == names


def _said(values: Sequence[int], cadence: Cadence) -> dict[int, dict[str, list[int]]]:
    """What each candidate said while a series was forecast, by how many values it was given."""
    said: dict[int, dict[str, list[int]]] = defaultdict(dict)

    def listening(candidate: Candidate) -> Candidate:
        def forecast(known: Sequence[int], cadence: Cadence) -> list[int]:
            said[len(known)][candidate.name] = candidate.forecast(known, cadence)
            return said[len(known)][candidate.name]

        return Candidate(candidate.name, forecast)

    forecast_series(values, cadence, [listening(candidate) for candidate in candidates(cadence)])
    return said
