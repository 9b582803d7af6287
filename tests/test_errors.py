"""What is told of an error and of those behind it."""

import os
import signal
import threading
from pathlib import Path
from types import FrameType

import duckdb
import pytest

from orchestration.cli.stopping import Stopped
from orchestration.errors import SourceError, causes, is_full_disk, is_interrupt
from orchestration.pull import load_raw
from orchestration.pull.run_inputs import NO_INPUTS
from orchestration.sources.files.folder import FilesSource

PULL = Path(load_raw.__file__).parent


def test_an_error_among_its_own_causes_is_told_once() -> None:
    outer, inner = RuntimeError("outer"), ValueError("inner")
    outer.__cause__, inner.__cause__ = inner, outer
    assert list(causes(outer)) == [outer, inner]
    assert not is_full_disk(outer)


def test_a_query_that_a_signal_interrupted_is_not_blamed_on_the_source(dirty_source: Path) -> None:
    heard = threading.Event()

    def stop(_: int, frame: FrameType | None) -> None:
        if frame is not None and Path(frame.f_code.co_filename).parent == PULL:
            heard.set()
            raise Stopped(signal.SIGTERM)

    def send() -> None:
        """Again where it came elsewhere: the import system loses what is raised in it."""
        while not heard.wait(0.2):
            os.kill(os.getpid(), signal.SIGTERM)

    sender = threading.Thread(target=send)
    before = signal.signal(signal.SIGTERM, stop)
    try:
        with duckdb.connect() as connection:
            source = FilesSource(dirty_source)
            sender.start()
            with pytest.raises(BaseException) as stopped:
                while True:
                    load_raw.load_raw(connection, source, NO_INPUTS, full_reason="again and again")
    finally:
        heard.set()
        sender.join()
        signal.signal(signal.SIGTERM, before)
    assert is_interrupt(stopped.value) and not isinstance(stopped.value, SourceError)
    assert not is_interrupt(ValueError("of its own"))
