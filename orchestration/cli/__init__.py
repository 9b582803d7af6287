"""The command `loyalty`: options, progress, messages and exit codes, a file for each kind of call.

What doesn't belong here: anything that Dagster's daemon or a test needs without a terminal.
Nothing imports it. Dagster and dbt are imported only by the calls that need them.
"""
