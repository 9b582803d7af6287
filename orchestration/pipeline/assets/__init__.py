"""The assets, a file for each step: pull, models (dbt), publish, export."""
