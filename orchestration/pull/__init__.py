"""The pull: raw brought to the state of a source in one transaction, and what changed by that.

What doesn't belong here: how a kind of source delivers (`sources`), and any validation of rows,
which is the models'. It knows nothing of Dagster or dbt.
"""
