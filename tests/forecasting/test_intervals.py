"""Intervals from the errors of the past, by band of the horizon."""

from decimal import Decimal

import pytest

from orchestration.forecasting.cadence import DAILY, WEEKLY, Cadence
from orchestration.forecasting.intervals import bounds, coverage, errors_of, reach_of, reaches

TWO_BANDS = Cadence(season=1, averaged=1, bands=(2, 4), cut_off_gap=2, shortest_history=1, fitted=1)


@pytest.mark.parametrize(
    ("count", "level", "rank"),
    [
        *[(4, 80, 4), (5, 80, 5), (9, 80, 8), (10, 80, 9), (99, 80, 80), (100, 80, 81)],
        *[(19, 95, 19), (20, 95, 20), (39, 95, 38), (40, 95, 39), (224, 95, 214)],
    ],
)
def test_the_reach_is_the_error_of_the_rank(count: int, level: int, rank: int) -> None:
    """⌈(n+1)·level⌉, from the smallest."""
    assert reach_of(range(count, 0, -1), level) == rank


@pytest.mark.parametrize(("level", "too_few"), [(80, 3), (95, 18)])
def test_too_few_errors_give_no_reach(level: int, too_few: int) -> None:
    assert reach_of([], level) is None
    assert reach_of([7] * too_few, level) is None
    assert reach_of([7] * (too_few + 1), level) == 7


def test_the_bands_are_those_of_the_definition() -> None:
    assert DAILY.horizon == 90 and WEEKLY.horizon == 13
    days, weeks = range(1, 91), range(1, 14)
    assert [(band[0], band[-1]) for band in DAILY.by_band(days)] == [(1, 28), (29, 56), (57, 90)]
    assert [(band[0], band[-1]) for band in WEEKLY.by_band(weeks)] == [(1, 4), (5, 8), (9, 13)]


def test_a_band_has_the_errors_of_all_cut_offs_and_of_no_other_band() -> None:
    cut_offs = [[(1, 0), (2, 0)], [(3, 0), (4, 0), (50, 0), (60, 0)], [(0, 70), (0, 80), (0, 90)]]
    errors = errors_of(cut_offs, TWO_BANDS)
    assert reaches(errors, TWO_BANDS, 50) == [4, 60]
    assert reaches([*errors, errors_of([[(5, 0)]], TWO_BANDS)[0]], TWO_BANDS, 80) == [80, None]


def test_no_interval_reaches_below_0() -> None:
    assert bounds(5, 7) == (0, 12)
    assert bounds(0, 0) == (0, 0)


def test_coverage_leaves_out_each_cut_off_in_turn() -> None:
    """Four errors of 1 hold 80 % of what is as near; the far cut-off is outside of their reach."""
    near, far = [(10, 11), (10, 9)], [(10, 30), (10, 11)]
    assert coverage([near, near, near], TWO_BANDS, 80) == Decimal("1.0000")
    # Left out, `far` is judged by errors of 1: one of two is held. Its 20 widens all the others'.
    assert coverage([near, near, far], TWO_BANDS, 80) == Decimal("0.8333")


def test_coverage_counts_only_steps_that_had_an_interval() -> None:
    """The second band has two errors beside those of a left-out cut-off, and 80 % takes four."""
    long = [(10, 10), (10, 10), (10, 99), (10, 99)]
    assert coverage([long, long[:2], long], TWO_BANDS, 80) == Decimal("1.0000")
    assert coverage([long], TWO_BANDS, 80) is None
    assert coverage([], TWO_BANDS, 80) is None


def test_coverage_knows_that_intervals_end_at_0() -> None:
    """A value below 0 is in none, however wide the reach."""
    cut_offs = [[(1, -1), (1, 3)]] * 3
    assert coverage(cut_offs, TWO_BANDS, 80) == Decimal("0.5000")
