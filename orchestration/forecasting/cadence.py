"""The two cadences that are forecast, and the cut-offs of a series' backtest."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

T = TypeVar("T")
MOST_CUT_OFFS = 8


@dataclass(frozen=True, slots=True)
class Cadence:
    """How series of one kind are forecast and judged; all lengths are steps of the series."""

    season: int
    """After which the pattern comes again; 1 for none. Also the lag of MASE's scale."""
    averaged: int
    """Values, a season apart, of which the naive forecast is the mean."""
    bands: tuple[int, ...]
    """The last step of each band of the horizon, in order."""
    cut_off_gap: int
    shortest_history: int
    """Least steps before a cut-off."""
    fitted: int
    """The last steps before a cut-off that a model is fitted to."""

    @property
    def horizon(self) -> int:
        """How many steps are forecast."""
        return self.bands[-1]

    def cut_offs(self, length: int) -> list[int]:
        """How many of a series' values lie before each cut-off, latest cut-off first."""
        gap = self.cut_off_gap
        return list(range(length - gap, self.shortest_history - 1, -gap)[:MOST_CUT_OFFS])

    def by_band(self, steps: Sequence[T]) -> list[Sequence[T]]:
        """What belongs to the steps of the horizon, as far as it goes, cut into the bands."""
        return [steps[before:last] for before, last in pairwise((0, *self.bands))]


DAILY = Cadence(
    season=7, averaged=1, bands=(28, 56, 90), cut_off_gap=28, shortest_history=56, fitted=364
)
WEEKLY = Cadence(
    season=1, averaged=8, bands=(4, 8, 13), cut_off_gap=4, shortest_history=16, fitted=104
)
