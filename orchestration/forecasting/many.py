"""Many series at once, in worker processes; the result is the same whatever their number.

A worker is a new process that holds the far end of one pipe, and no other: it ends when ours does,
however that ends, and a fit that takes its process down costs one series.
"""

import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait

from orchestration.forecasting.cadence import Cadence
from orchestration.forecasting.candidates import can_fit, candidates_of
from orchestration.forecasting.series import SeriesForecast, forecast_series

Job = tuple[Sequence[int], Cadence]
WORKERS = 2
FEW = 4
"""Series that are forecast before a worker would have started and imported the library."""
LOST = "nothing could be fitted: the process that fits ended early"


def forecast_many(jobs: Sequence[Job], workers: int = WORKERS) -> list[SeriesForecast]:
    """The forecast of each series with its cadence, in their order."""
    if workers < 2 or len(jobs) <= FEW or not can_fit():
        return [forecast_series(values, cadence) for values, cadence in jobs]
    with _workers(workers) as connections:
        found = _hand_out(jobs, connections)
    return [found.get(place) or _forecast_lost(*job) for place, job in enumerate(jobs)]


def _hand_out(jobs: Sequence[Job], workers: Sequence[Connection]) -> dict[int, SeriesForecast]:
    """What the workers found, by place; each is given a series whenever it is free."""
    found: dict[int, SeriesForecast] = {}
    waiting = iter(enumerate(jobs))
    asked = {worker: place for worker in workers if (place := _ask(worker, waiting)) is not None}
    while asked:
        for worker in wait(list(asked)):
            place = asked.pop(worker)
            try:
                found[place] = worker.recv()
            except (EOFError, OSError):
                continue  # it died of this series, and is asked no more
            if (following := _ask(worker, waiting)) is not None:
                asked[worker] = following
    return found


def _ask(worker: Connection, waiting: Iterator[tuple[int, Job]]) -> int | None:
    """Send the next series to a worker; its place, none after the last."""
    for place, job in waiting:
        try:
            worker.send(job)
        except OSError:
            return None
        return place
    return None


def _forecast_lost(values: Sequence[int], cadence: Cadence) -> SeriesForecast:
    """The naive forecast of a series whose worker died."""
    naive = forecast_series(values, cadence, candidates_of(cadence)[:1])
    return replace(naive, failures=(LOST,))


@contextmanager
def _workers(count: int) -> Iterator[list[Connection]]:
    """Our ends of the pipes to so many new workers, which end with the block."""
    # A fork would inherit locks that threads of ours hold, and the pipes of other workers.
    context = get_context("spawn")
    connections, processes = [], []
    try:
        for _ in range(count):
            ours, theirs = context.Pipe()
            process = context.Process(target=work, args=(theirs,), daemon=True)
            process.start()
            theirs.close()
            connections.append(ours)
            processes.append(process)
        yield connections
    finally:
        for connection in connections:
            connection.close()
        for process in processes:
            process.terminate()
            process.join()


def work(connection: Connection) -> None:
    """Forecast what is sent until nobody is there to send more: what a worker process does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that asked
    try:
        while True:
            connection.send(forecast_series(*connection.recv()))
    except (EOFError, OSError):
        return
