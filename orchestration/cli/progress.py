"""What a person sees while the pipeline works: a line for each thing that it logs."""

import contextlib
import io
import logging
import sys
from collections.abc import Iterator

from rich.console import Console

out = Console(highlight=False, soft_wrap=True)


@contextlib.contextmanager
def progress(*, beside_output: bool = False) -> Iterator[None]:
    """Show what the pipeline logs, a line each, and keep dbt's own standard output away.

    `beside_output` shows it on standard error, where standard output is for a program.
    """
    handler = logging.StreamHandler(sys.stderr if beside_output else sys.stdout)
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s", "%H:%M:%S"))
    logger = logging.getLogger("orchestration")
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    # Where nothing changed the steps after the pull are skipped, and Dagster warns of each check.
    logging.getLogger("dagster._core.execution.plan.active").setLevel(logging.ERROR)
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            yield
    finally:
        logger.removeHandler(handler)
