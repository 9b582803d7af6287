"""Databases as sources: each entity is a SELECT in the database's own SQL, all in one snapshot.

`base` has what all databases share, and a module each what one does otherwise; `django` says where
the application keeps the entities.

PostgreSQL and SQLite are read through DuckDB's extensions, DuckDB by an engine of the file's own.
MySQL is read by a client of its own: the extension sends what it is given (fingerprints, SELECTs
of a mapping) outside the transaction of its scans, so that no snapshot would hold them together.
No value may lose digits on its way: what can't be carried as it is comes as the database's text.
"""
