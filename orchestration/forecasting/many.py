"""Many series at once, in worker processes; the result is the same whatever their number.

All that is fitted is fitted there: the library, its memory and its threads stay out of this
process. A worker ends when its pipe does, however this process ends, and a fit that takes its
process down costs one series.
"""

import os
import pickle
import subprocess
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from queue import SimpleQueue

from orchestration.forecasting.cadence import Cadence
from orchestration.forecasting.candidates import can_fit, candidates
from orchestration.forecasting.series import SeriesForecast, forecast_series

Job = tuple[Sequence[int], Cadence]
Worker = subprocess.Popen[bytes]
WORKERS = 2
COMMAND = [sys.executable, "-P", "-m", "orchestration.forecasting.worker"]
ONE_THREAD = {
    f"{library}_NUM_THREADS": "1" for library in ("BLIS", "MKL", "OMP", "OPENBLAS", "VECLIB")
}
"""The matrices are small: with threads of their own, workers would wait for each other."""
LOST = "nothing could be fitted: the process that fits ended early"


def forecast_many(jobs: Sequence[Job], workers: int = WORKERS) -> list[SeriesForecast]:
    """The forecast of each series with its cadence, in their order."""
    if not can_fit():
        return [forecast_series(*job) for job in jobs]
    free: SimpleQueue[Worker] = SimpleQueue()

    def forecast(job: Job) -> SeriesForecast:
        worker = free.get()
        try:
            return _ask(worker, job)
        finally:
            free.put(worker)

    with ExitStack() as running:
        threads = running.enter_context(ThreadPoolExecutor(workers))
        for _ in range(min(workers, len(jobs))):
            free.put(running.enter_context(_worker()))
        return list(threads.map(forecast, jobs))


@contextmanager
def _worker() -> Iterator[Worker]:
    """A process that forecasts what it is sent, and ends with the block."""
    worker = subprocess.Popen(
        COMMAND, env=os.environ | ONE_THREAD, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        yield worker
    finally:
        worker.kill()
        with suppress(OSError):  # what a dead worker was still to be sent
            worker.communicate()


def _ask(worker: Worker, job: Job) -> SeriesForecast:
    """What a worker says of a series; the naive forecast where it has died, now or before."""
    try:
        pickle.dump(job, worker.stdin)
        worker.stdin.flush()
        return pickle.load(worker.stdout)
    except (EOFError, OSError):
        naive = forecast_series(*job, tried=candidates()[:1])
        return replace(naive, failures=(LOST,))
