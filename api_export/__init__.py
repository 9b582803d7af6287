"""What leaves the warehouse: the export of the published marts, the page in it, and the server.

`payloads` says what is exported, `marts` reads it, `export` writes it whole, `page` shows it,
`additions` keeps what people add to it, `server` answers for any window. Each imports only those
before it (`page` only `payloads`). What doesn't belong here: Dagster, dbt, the sources, and figures
that the marts don't have.
"""
