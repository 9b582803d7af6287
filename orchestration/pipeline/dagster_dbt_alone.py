"""dagster-dbt without dbt-core, which it would load for a few names that it also has itself.

dbt runs as a process of its own; loading it here too would take as long as all of Dagster. Where
dbt-core isn't installed, as with dbt Fusion, dagster-dbt does without, so it is told just that.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

DBT_CORE = "dbt.version"
"""What dagster-dbt looks for."""


@contextmanager
def _without_dbt_core() -> Iterator[None]:
    """Let dbt-core look as if it weren't installed; what is loaded already stays."""
    if DBT_CORE in sys.modules:
        yield
        return
    sys.modules[DBT_CORE] = None  # type: ignore[assignment]  # Python's way to refuse an import
    try:
        yield
    finally:
        del sys.modules[DBT_CORE]


with _without_dbt_core():
    from dagster_dbt import (
        DagsterDbtTranslator,
        DbtCliInvocation,
        DbtCliResource,
        DbtProject,
        dbt_assets,
    )
    from dagster_dbt.asset_utils import get_updated_cli_invocation_params_for_context

__all__ = [
    "DagsterDbtTranslator",
    "DbtCliInvocation",
    "DbtCliResource",
    "DbtProject",
    "dbt_assets",
    "get_updated_cli_invocation_params_for_context",
]
