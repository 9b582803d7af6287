"""The two cadences that are forecast, and the cut-offs of a series' backtest."""

from dataclasses import dataclass

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

    @property
    def horizon(self) -> int:
        """How many steps are forecast."""
        return self.bands[-1]

    def cut_offs(self, length: int) -> list[int]:
        """How many of a series' values lie before each cut-off, latest cut-off first."""
        gap = self.cut_off_gap
        return list(range(length - gap, self.shortest_history - 1, -gap)[:MOST_CUT_OFFS])

    def band_of(self, step: int) -> int:
        """The place of the band that a step of the horizon, from 1 on, lies in."""
        return next(band for band, last in enumerate(self.bands) if step <= last)


DAILY = Cadence(season=7, averaged=1, bands=(28, 56, 90), cut_off_gap=28, shortest_history=56)
WEEKLY = Cadence(season=1, averaged=8, bands=(4, 8, 13), cut_off_gap=4, shortest_history=16)
