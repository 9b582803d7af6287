"""A session of Spark that the tests of a module share."""

from collections.abc import Iterator
from typing import Any

import pytest


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Spark on this machine, as a run's dbt has it."""
    from orchestration.transform.spark.dbt_main import keep_ansi
    from orchestration.transform.spark.session import open_session

    keep_ansi()
    opened = open_session(tmp_path_factory.mktemp("lakehouse"))
    yield opened
    opened.stop()
