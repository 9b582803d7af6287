"""The engine: what DuckDB may take of the machine, and is taught, the same for all of a run."""

from pathlib import Path

from duckdb import DuckDBPyConnection

from api_export.payloads.strict_json import strict_json
from orchestration.settings import load_settings

PYTHON_BYTES = 850_000_000
"""What the processes of a run take beside the engine: Python, Dagster and dbt."""
ENGINE_SHARE = 0.95
"""The part of the rest that DuckDB is told of: its allocator holds a little more than that."""


def engine_bytes(limit: int) -> int:
    """How much memory the engine may take of what a run may take in all, in bytes."""
    return int((limit - PYTHON_BYTES) * ENGINE_SHARE)


def engine_options(scratch: Path) -> dict[str, str | int]:
    """DuckDB's configuration: memory and threads as set, and `scratch`, the folder to spill into.

    Without settings these are the engine's own, four fifths of the memory and every core.
    """
    settings = load_settings()
    options: dict[str, str | int] = {"temp_directory": str(scratch)}
    if settings.memory_limit is not None:
        options["memory_limit"] = f"{engine_bytes(settings.memory_limit)}B"
    if settings.threads is not None:
        options["threads"] = settings.threads
    return options


def register_functions(connection: DuckDBPyConnection) -> None:
    """Make `strict_json(text)`, which models call, known to a connection."""
    connection.create_function(
        "strict_json", strict_json, ["VARCHAR"], "VARCHAR", null_handling="special"
    )
