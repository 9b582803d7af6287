"""The pipeline: sources, Dagster assets, checks, jobs, schedules and the `loyalty` command."""
