"""Stopping: Ctrl-C, and the signals by which systems and terminals ask a process to end."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, Self

Handler = Callable[[int, FrameType | None], None]
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(BaseException):
    """The process was asked to stop; `exit_code` is the one that shells expect."""

    def __init__(self, number: int) -> None:
        """Name the signal."""
        super().__init__(f"stopped by {signal.Signals(number).name}")
        self.exit_code = 128 + number


class StopSignals:
    """Raises `Stopped` for the first signal, and tells later which one it was. A context manager.

    Dagster has handlers of its own while it runs a job, and so has uvicorn: what arrives is also
    written down by Python itself, whoever handles it. A signal that is ignored stays so (`nohup`).
    """

    def __init__(self) -> None:
        """Change nothing yet."""
        self._first: int | None = None

    def __enter__(self) -> Self:
        """Handle the signals."""
        self._read, self._written = os.pipe()
        for end in (self._read, self._written):
            os.set_blocking(end, False)
        self._wakeup = signal.set_wakeup_fd(self._written, warn_on_full_buffer=False)
        self._before = {
            number: signal.getsignal(number)
            for number in SIGNALS
            if signal.getsignal(number) is not signal.SIG_IGN
        }
        self._handle(self._own_handler)
        return self

    def __exit__(self, *_: object) -> None:
        """Handle them as before."""
        self.received()
        signal.set_wakeup_fd(self._wakeup)
        self._handle(self._before.get)
        os.close(self._read)
        os.close(self._written)

    def received(self) -> Stopped | None:
        """The first signal to stop that arrived so far, however it was handled."""
        try:
            arrived = os.read(self._read, 4096)
        except BlockingIOError:
            arrived = b""
        if self._first is None:
            self._first = next((number for number in arrived if number in SIGNALS), None)
        return None if self._first is None else Stopped(self._first)

    def ignore(self) -> None:
        """Let no further signal disturb the end: a terminal that closes may send two."""
        self._handle(lambda _: signal.SIG_IGN)

    @contextmanager
    def handled_by(self, handler: Handler) -> Iterator[None]:
        """Let another handler have the signals for a while: it asks a server to end, say."""
        self._handle(lambda _: handler)
        try:
            yield
        finally:
            self._handle(self._own_handler)

    def _handle(self, choose: Callable[[int], Any]) -> None:
        for number in self._before:
            signal.signal(number, choose(number))

    def _own_handler(self, number: int) -> Handler:
        return self._hang_up if number == signal.SIGHUP else self._stop

    def _stop(self, number: int, _: FrameType | None) -> None:
        raise self.received() or Stopped(number)

    def _hang_up(self, *_: object) -> None:
        """As SIGTERM, which has the handler of who runs: Dagster's, uvicorn's or `_stop`."""
        signal.raise_signal(signal.SIGTERM)
