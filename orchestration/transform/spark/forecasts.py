"""`forecast_series(observations, cadence)` in Spark: the forecasting package, on the executors."""

from typing import TYPE_CHECKING, Any

from orchestration.transform.forecast_function import (
    CANDIDATE,
    MISSING,
    NAME,
    STEP,
    forecast_row,
)

if TYPE_CHECKING:
    from pyspark.sql import SparkSession


def register_forecasts(session: "SparkSession") -> None:
    """Make `forecast_series` known to a session; its executors need this package."""
    session.udf.register(NAME, _forecast, _type_in_spark())


def _forecast(observations: list[int], cadence: str) -> dict[str, Any]:
    from orchestration.forecasting.cadence import DAILY, WEEKLY
    from orchestration.forecasting.candidates import can_fit
    from orchestration.forecasting.series import forecast_series

    forecast = forecast_series(observations, {"daily": DAILY, "weekly": WEEKLY}[cadence])
    return forecast_row(forecast, [] if can_fit() else [MISSING])


def _type_in_spark() -> str:
    step, candidate = (
        ", ".join(f"{name}: {kind.replace('VARCHAR', 'STRING')}" for name, kind in columns.items())
        for columns in (STEP, CANDIDATE)
    )
    return (
        f"STRUCT<model: STRING, steps: ARRAY<STRUCT<{step}>>,"
        f" accuracy: ARRAY<STRUCT<{candidate}>>, failures: ARRAY<STRING>>"
    )
