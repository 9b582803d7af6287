"""`forecast_series(observations, cadence)`, which a model calls: the forecasting package in SQL.

DuckDB hands over up to 2,048 series at once, so that workers can share them. Nothing of the
package or of its libraries is loaded before there is a series to be forecast.
"""

from collections.abc import Callable
from dataclasses import asdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from duckdb import DuckDBPyConnection

if TYPE_CHECKING:
    import pyarrow

    from orchestration.forecasting.many import Job
    from orchestration.forecasting.series import SeriesForecast, Step

NAME = "forecast_series"
STEP = {
    "ahead": "INTEGER",
    **dict.fromkeys(("point", "low_80", "high_80", "low_95", "high_95"), "BIGINT"),
    **dict.fromkeys(("exact_point", "exact_low_80", "exact_high_80"), "DECIMAL(38, 6)"),
}
"""A step of the horizon, counted from 1; what is added up over steps is given before rounding."""
CANDIDATE = {
    "place": "INTEGER",
    "model": "VARCHAR",
    **dict.fromkeys(("mase", "wape", "bias", "coverage_80", "coverage_95"), "DECIMAL(38, 4)"),
    "cut_offs": "INTEGER",
    "is_published": "BOOLEAN",
}
"""How good a candidate was; its place among them, counted from 1."""
MISSING = (
    "only the naive forecast is made, since statsmodels is not installed:"
    " pip install 'loyalty-analytics[forecast]'"
)
"""Why a series that is long enough for more has the naive forecast alone."""

ForecastMany = Callable[[list["Job"]], list["SeriesForecast"]]
"""Forecasts series with their cadences."""


def register_forecasts(connection: DuckDBPyConnection, forecast_many: ForecastMany) -> None:
    """Make `forecast_series` known to a connection, which has series forecast as it is told."""

    def forecast(observations: Any, cadences: Any) -> Any:  # DuckDB looks up what these are
        return _forecast(observations, cadences, forecast_many)

    connection.create_function(
        NAME, forecast, ["BIGINT[]", "VARCHAR"], _type_in_sql(), type="arrow"
    )


def _forecast(
    observations: "pyarrow.ChunkedArray",
    cadences: "pyarrow.ChunkedArray",
    forecast_many: ForecastMany,
) -> "pyarrow.Array":
    import pyarrow

    from orchestration.forecasting.cadence import DAILY, WEEKLY
    from orchestration.forecasting.candidates import can_fit

    by_name = {"daily": DAILY, "weekly": WEEKLY}
    jobs = [
        (values, by_name[cadence])
        for values, cadence in zip(observations.to_pylist(), cadences.to_pylist(), strict=True)
    ]
    missing = [] if can_fit() else [MISSING]
    rows = [_row(one, missing) for one in forecast_many(jobs)]
    return pyarrow.array(rows, _type_in_arrow())


def _row(forecast: "SeriesForecast", missing: list[str]) -> dict[str, Any]:
    """A forecast as a value of the function's type."""
    has_cut_offs = any(candidate.cut_offs for candidate in forecast.accuracy)
    return {
        "model": forecast.model,
        "steps": [
            {"ahead": ahead, **asdict(whole), **_before_rounding(exact)}
            for ahead, (whole, exact) in enumerate(
                zip(forecast.steps, forecast.exact, strict=True), start=1
            )
        ],
        "accuracy": [
            {"place": place, **asdict(candidate)}
            for place, candidate in enumerate(forecast.accuracy, start=1)
        ],
        "failures": [*forecast.failures, *(missing if has_cut_offs else [])],
    }


def _before_rounding(step: "Step") -> dict[str, Decimal | None]:
    exact = {
        "exact_point": step.point,
        "exact_low_80": step.low_80,
        "exact_high_80": step.high_80,
    }
    return {
        name: None if micros is None else Decimal(f"{micros}E-6") for name, micros in exact.items()
    }


def _type_in_sql() -> str:
    step, candidate = (
        ", ".join(f"{name} {kind}" for name, kind in columns.items())
        for columns in (STEP, CANDIDATE)
    )
    return (
        f"STRUCT(model VARCHAR, steps STRUCT({step})[], accuracy STRUCT({candidate})[],"
        " failures VARCHAR[])"
    )


def _type_in_arrow() -> "pyarrow.DataType":
    import pyarrow

    kinds = {
        "INTEGER": pyarrow.int32(),
        "BIGINT": pyarrow.int64(),
        "VARCHAR": pyarrow.string(),
        "BOOLEAN": pyarrow.bool_(),
        "DECIMAL(38, 4)": pyarrow.decimal128(38, 4),
        "DECIMAL(38, 6)": pyarrow.decimal128(38, 6),
    }
    step, candidate = (
        pyarrow.list_(pyarrow.struct([(name, kinds[kind]) for name, kind in columns.items()]))
        for columns in (STEP, CANDIDATE)
    )
    return pyarrow.struct(
        [
            ("model", pyarrow.string()),
            ("steps", step),
            ("accuracy", candidate),
            ("failures", pyarrow.list_(pyarrow.string())),
        ]
    )
