"""The workspace: the folder of all that a run makes, its one writer, and what outlives runs.

What doesn't belong here: what the files mean. It knows no source, no model and no Dagster.
"""
