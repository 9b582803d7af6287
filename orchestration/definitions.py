"""What Dagster loads: `dg dev`, its web server and its daemon."""

from dagster import Definitions, definitions

from orchestration.deployment import Deployment
from orchestration.pipeline.code_location import build_defs
from orchestration.settings import load_settings


@definitions
def defs() -> Definitions:
    """The definitions of the deployment that the environment's settings describe."""
    return build_defs(Deployment(load_settings()))
