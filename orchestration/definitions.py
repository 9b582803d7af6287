"""What Dagster loads, as `[tool.dg]` in pyproject.toml tells it."""

from dagster import Definitions, definitions

from orchestration.pipeline.code_location import build_defs


@definitions
def defs() -> Definitions:
    """The definitions for the settings of the environment."""
    return build_defs()
