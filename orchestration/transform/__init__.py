"""dbt: the one place that calls it, what its connections are taught, and what it compiled.

The models themselves are the dbt project, `dbt_project/`. What doesn't belong here: SQL of models,
and Dagster.
"""
