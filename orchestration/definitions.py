"""What `dagster dev` loads."""

from dagster import Definitions, definitions

from orchestration.pipeline.code_location import build_defs


@definitions
def defs() -> Definitions:
    """The definitions for the settings of the environment."""
    return build_defs()
