"""Requests that write, one after another: the workspace has one writer at a time."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from api_export.additions.published import Published
from api_export.errors import BusyError

MOST_WRITERS = 100
"""Requests that may wait for their turn to write: each holds a connection."""


class Writers:
    """Takes requests that write one after another, in a thread that no reader needs."""

    def __init__(self, published: Published) -> None:
        """Begin without requests; `published` is the workspace that they write."""
        self._published = published
        self._thread = ThreadPoolExecutor(1, "writer")
        self._count = 0

    async def write(self, task: Callable[[Published], Any]) -> Any:
        """What a task returns, run as the one writer; raises `BusyError` if too many wait."""
        if self._count >= MOST_WRITERS:
            raise BusyError(f"{self._count} requests wait to write already; try again later")
        self._count += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._thread, self._work, task)
        finally:
            self._count -= 1

    def _work(self, task: Callable[[Published], Any]) -> Any:
        with self._published.writing("a request to loyalty serve"):
            return task(self._published)
