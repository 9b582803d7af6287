"""The candidates that a library fits, for the recount, which can't count them itself."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from orchestration.forecasting.cadence import DAILY, WEEKLY
from orchestration.forecasting.candidates import candidates
from orchestration.forecasting.fits import FitError
from support.recount import recount

BY_HORIZON = {cadence.horizon: cadence for cadence in (DAILY, WEEKLY)}


def fitted(values: Sequence[int], horizon: int) -> Mapping[str, Sequence[Decimal] | None]:
    """What each candidate but the naive one forecasts; null where it can't be fitted."""
    cadence = BY_HORIZON[horizon]
    forecasts: dict[str, Sequence[Decimal] | None] = {}
    for candidate in candidates(cadence)[1:]:
        try:
            millionths = candidate.forecast(values, cadence)
            forecasts[candidate.name] = [Decimal(one).scaleb(-6) for one in millionths]
        except FitError:
            forecasts[candidate.name] = None
    return forecasts


def recount_with_fits(source: Path, **told: Any) -> dict[str, bytes]:
    """The recount of what a run exports where the library is installed."""
    return recount(source, fitted=fitted, **told)
