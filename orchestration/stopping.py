"""Stopping: Ctrl-C, and the signals by which systems and terminals ask a process to end."""

import os
import signal
from types import FrameType
from typing import Self

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stopped(BaseException):
    """The process was asked to stop; `exit_code` is the one that shells expect."""

    def __init__(self, number: int) -> None:
        """Name the signal."""
        super().__init__(f"stopped by {signal.Signals(number).name}")
        self.exit_code = 128 + number


class StoppedStep(BaseException):
    """A run was interrupted in a step."""

    def __init__(self, step_key: str) -> None:
        """Name the step."""
        super().__init__(f"interrupted in {step_key}")
        self.step_key = step_key


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
        for number in self._before:
            signal.signal(number, self._hang_up if number == signal.SIGHUP else self._stop)
        return self

    def __exit__(self, *_: object) -> None:
        """Handle them as before."""
        self.received()
        signal.set_wakeup_fd(self._wakeup)
        for number, handler in self._before.items():
            signal.signal(number, handler)
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

    def _stop(self, number: int, _: FrameType | None) -> None:
        raise self.received() or Stopped(number)

    def _hang_up(self, *_: object) -> None:
        """As SIGTERM, which has the handler of who runs: Dagster's, uvicorn's or `_stop`."""
        signal.raise_signal(signal.SIGTERM)
