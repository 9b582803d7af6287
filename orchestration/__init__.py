"""The pipeline, a room for each step that a row goes through.

`cli` takes the command; `pipeline` is what Dagster sees and runs: `pull` brings the rows that
`sources` deliver into raw, `transform` has dbt build the marts, `quality` says what is wrong with
them, and all of it lies in a `workspace`. What is published, `api_export` exports and serves; it
knows nothing of the pipeline. `tests/test_rooms.py` holds who may import whom.
"""
