"""Many series at once, in worker processes; the result is the same whatever their number.

All that is fitted is fitted there: the library, its memory and its threads stay out of this
process. A worker ends when its pipe does, however this process ends, and a fit that takes its
process down costs one series.
"""

import os
import pickle
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import replace
from queue import SimpleQueue
from typing import Self

from orchestration.forecasting.cadence import Cadence
from orchestration.forecasting.candidates import NAIVE, can_fit
from orchestration.forecasting.series import SeriesForecast, forecast_series

Job = tuple[Sequence[int], Cadence]
WORKERS = 2
COMMAND = [sys.executable, "-P", "-m", "orchestration.forecasting.worker"]
ONE_THREAD = {
    f"{library}_NUM_THREADS": "1" for library in ("BLIS", "MKL", "OMP", "OPENBLAS", "VECLIB")
}
"""The matrices are small: with threads of their own, workers would wait for each other."""
MOST_ENDED = 3
"""Processes that may end early in a worker's place before it starts no further one."""
TOLD_EVERY = 100
"""Series after which it is told how far it is."""
LOST = (
    "nothing was fitted, since the process that fits ended early, maybe for want of memory: the"
    " naive forecast stands"
)


def forecast_many(
    jobs: Sequence[Job], workers: int = WORKERS, on_progress: Callable[[str], None] | None = None
) -> list[SeriesForecast]:
    """The forecast of each series with its cadence, in their order.

    `on_progress` gets a line for every so many.
    """
    if not can_fit():
        return [forecast_series(*job) for job in jobs]
    free: SimpleQueue[Worker] = SimpleQueue()

    def forecast(job: Job) -> SeriesForecast:
        worker = free.get()
        try:
            return worker.forecast(job)
        finally:
            free.put(worker)

    with ExitStack() as running, ThreadPoolExecutor(workers) as threads:
        for _ in range(workers):
            free.put(running.enter_context(Worker()))
        forecasts = []
        for done, found in enumerate(threads.map(forecast, jobs), start=1):
            forecasts.append(found)
            if on_progress and done % TOLD_EVERY == 0:
                on_progress(f"{done} of {len(jobs)} series forecast")
        return forecasts


class Worker:
    """A process that forecasts what it is sent, started when it is first needed."""

    def __init__(self) -> None:
        """Nothing runs yet."""
        self._process: subprocess.Popen[bytes] | None = None
        self._ended = 0

    def __enter__(self) -> Self:
        """The process ends with the block."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the process, if there is one."""
        if self._process:
            self._process.kill()
            with suppress(OSError):  # what it was still to be sent
                self._process.communicate()

    def forecast(self, job: Job) -> SeriesForecast:
        """The forecast of a series; the naive one where the process ends over it.

        A series that is too short for a cut-off has that alone, and needs no process.
        """
        values, cadence = job
        if not cadence.cut_offs(len(values)):
            return forecast_series(values, cadence)
        if self._ended < MOST_ENDED:
            try:
                return self._ask(job)
            except (EOFError, OSError):
                self.__exit__()
                self._process = None
                self._ended += 1
        return replace(forecast_series(*job, tried=[NAIVE]), failures=(LOST,))

    def _ask(self, job: Job) -> SeriesForecast:
        if not self._process:
            self._process = subprocess.Popen(
                COMMAND, env=os.environ | ONE_THREAD, stdin=subprocess.PIPE, stdout=subprocess.PIPE
            )
        pickle.dump(job, self._process.stdin)
        self._process.stdin.flush()
        return pickle.load(self._process.stdout)
