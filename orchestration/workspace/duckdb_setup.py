"""DuckDB: what it may take of the machine, and the function that the models call."""

from dataclasses import dataclass
from pathlib import Path

from duckdb import DuckDBPyConnection

from api_export.payloads.strict_json import strict_json
from orchestration.settings import Settings

PYTHON_BYTES = 1_050_000_000
"""What the processes of a run take beside DuckDB: Python, Dagster, dbt, and one that fits
forecasts."""
ENGINE_SHARE = 0.95
"""The part of the rest that DuckDB is given: its allocator holds a little more than that."""


@dataclass(frozen=True)
class Limits:
    """What a run may take of the machine; null for DuckDB's own choice.

    That is four fifths of the memory, and every core.
    """

    memory: int | None = None
    """Bytes of all processes of a run together."""
    threads: int | None = None

    @classmethod
    def of(cls, settings: Settings) -> "Limits":
        """Those of some settings."""
        return cls(settings.memory_limit, settings.threads)

    def options(self, scratch: Path) -> dict[str, str | int]:
        """DuckDB's configuration within these limits; it spills into the folder `scratch`."""
        options: dict[str, str | int] = {"temp_directory": str(scratch)}
        if self.memory is not None:
            options["memory_limit"] = f"{engine_bytes(self.memory)}B"
        if self.threads is not None:
            options["threads"] = self.threads
        return options


def engine_bytes(limit: int) -> int:
    """How much memory DuckDB may take of what a run may take in all, in bytes."""
    return int((limit - PYTHON_BYTES) * ENGINE_SHARE)


def register_functions(connection: DuckDBPyConnection) -> None:
    """Make `strict_json(text)`, which models call, known to a connection."""
    connection.create_function(
        "strict_json", strict_json, ["VARCHAR"], "VARCHAR", null_handling="special"
    )
