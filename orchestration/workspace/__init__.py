"""The workspace: the folder of all that a run makes, its one writer, and what outlives runs.

What doesn't belong here: reading a source, building a model, and Dagster.
"""
