"""What Dagster sees and runs: assets, checks, jobs, schedules, sensors, and the records of runs.

The only room that imports Dagster. What a step does belongs to the room that does it; here it is
named, ordered and reported. Only `cli` and `orchestration.definitions` import it.
"""
