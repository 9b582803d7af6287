"""When tests of Spark run: where there is one, and those that take minutes if asked for."""

import os
import shutil
from importlib.util import find_spec

import pytest

needs_spark = pytest.mark.skipif(
    find_spec("pyspark") is None or shutil.which("java") is None,
    reason="Spark needs Java, and the extra spark",
)
deep = pytest.mark.skipif("LOYALTY_TEST_RUNS" not in os.environ, reason="minutes: make test-deep")
