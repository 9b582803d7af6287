"""The payloads that look ahead: what is expected, and how good such forecasts were."""

from datetime import date
from typing import Literal

from typing_extensions import TypedDict

from api_export.payloads.schemas import Exact, Id

ForecastSeries = Literal["points_issued", "points_redeemed", "redemptions"]


class ForecastDay(TypedDict):
    """What is expected of a day to come, with the bounds that 80 and 95 of 100 days keep."""

    date: date
    series: ForecastSeries
    point: int
    low_80: int | None
    high_80: int | None
    low_95: int | None
    high_95: int | None


class ForecastAccuracy(TypedDict):
    """How good a model's forecasts of a series were, from cut-offs in its past."""

    series: ForecastSeries
    item: Id | None
    model: str
    mase: Exact | None
    wape: Exact | None
    bias: Exact | None
    coverage_80: Exact | None
    coverage_95: Exact | None
    cut_offs: int
    is_published: bool
