"""The models on Spark: raw lands as Parquet, dbt builds in this process's session."""
