"""The JSON export: payload shapes, where each file goes, and how a version is written whole.

Reads the published marts and nothing else; knows nothing of Dagster, dbt or the sources.
"""
