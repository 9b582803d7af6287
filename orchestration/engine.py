"""The engine: what DuckDB may take of the machine, the same for each connection of a run."""

from pathlib import Path

from orchestration.settings import load_settings

PYTHON_BYTES = 850_000_000
"""What the processes of a run take beside the engine: Python, Dagster and dbt."""


def engine_options(scratch: Path) -> dict[str, str | int]:
    """DuckDB's configuration: memory and threads as set, and `scratch`, the folder to spill into.

    Without settings these are the engine's own, four fifths of the memory and every core.
    """
    settings = load_settings()
    options: dict[str, str | int] = {"temp_directory": str(scratch)}
    if settings.memory_limit is not None:
        options["memory_limit"] = f"{settings.memory_limit - PYTHON_BYTES}B"
    if settings.threads is not None:
        options["threads"] = settings.threads
    return options
