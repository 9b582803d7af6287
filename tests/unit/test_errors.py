"""What is told of an error and of those behind it."""

import os
import signal
import threading
from pathlib import Path

import duckdb
import pytest

from orchestration.cli.stopping import Stopped
from orchestration.errors import SourceError, causes, is_full_disk, is_interrupt
from orchestration.pull.run_inputs import NO_INPUTS
from orchestration.pull.transaction import load_raw
from orchestration.sources.files.folder import FilesSource


def test_an_error_among_its_own_causes_is_told_once() -> None:
    outer, inner = RuntimeError("outer"), ValueError("inner")
    outer.__cause__, inner.__cause__ = inner, outer
    assert list(causes(outer)) == [outer, inner]
    assert not is_full_disk(outer)


def test_a_query_that_a_signal_interrupted_is_no_fault_of_the_source(dirty_source: Path) -> None:
    def stop(*_: object) -> None:
        raise Stopped(signal.SIGTERM)

    before = signal.signal(signal.SIGTERM, stop)
    try:
        with duckdb.connect() as connection:
            source = FilesSource(dirty_source)
            threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGTERM)).start()
            with pytest.raises(BaseException) as stopped:
                while True:
                    load_raw(connection, source, NO_INPUTS, full_reason="again and again")
    finally:
        signal.signal(signal.SIGTERM, before)
    assert is_interrupt(stopped.value) and not isinstance(stopped.value, SourceError)
    assert not is_interrupt(ValueError("of its own"))
