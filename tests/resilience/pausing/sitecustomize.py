"""Loaded by a Python whose PYTHONPATH has this folder: it waits for a signal at a file.

Where a file is opened whose path holds PAUSE_AT, the file PAUSED is made, once, and the process
waits there until a signal's handler raises.
"""

import os
import signal
import sys


def _pause(event: str, arguments: tuple) -> None:
    if event == "open" and os.environ["PAUSE_AT"] in str(arguments[0]):
        try:
            os.close(os.open(os.environ["PAUSED"], os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            return
        while True:
            signal.pause()


if "PAUSE_AT" in os.environ:
    sys.addaudithook(_pause)
