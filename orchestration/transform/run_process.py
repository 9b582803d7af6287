"""The process whose run dbt serves: dbt ends with it, however that ends."""

import os
import threading
import time

from orchestration.transform.dbt_command import RUN_PROCESS

WATCH_SECONDS = 0.2


def end_with_run() -> None:
    """End this process as soon as the one that RUN_PROCESS names, its parent, is no more."""
    if RUN_PROCESS in os.environ:
        run_process = int(os.environ[RUN_PROCESS])
        _end_without(run_process)
        threading.Thread(target=_watch, args=(run_process,), daemon=True).start()


def _watch(run_process: int) -> None:
    while True:
        time.sleep(WATCH_SECONDS)
        _end_without(run_process)


def _end_without(run_process: int) -> None:
    if os.getppid() != run_process:
        os._exit(1)
