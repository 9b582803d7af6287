"""A folder of files as a source: Parquet, CSV and JSONL, a file or a folder for each entity."""
