"""A folder of files as a source: Parquet, CSV and JSONL, a file or a folder for each entity.

`entity_files` finds an entity's files, `part` opens one of them by its format (`parquet`,
`delimited`, `json_lines`), and `folder` is the source that puts the parts together.
"""
