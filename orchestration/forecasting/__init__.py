"""Forecasts of series of whole numbers: candidates, their backtest, the choice, the intervals.

Plain Python on plain lists (docs/forecasts.md). What doesn't belong here: where a series comes from
and where its forecast goes; this knows no database, dbt or Dagster.
"""
