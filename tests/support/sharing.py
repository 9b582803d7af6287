"""What all processes of a test session use: made by the first that needs it, and read by all."""

import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock


class Sharing:
    """A folder of the session, whichever of pytest-xdist's workers asks; things in it are read."""

    def __init__(self, factory: pytest.TempPathFactory) -> None:
        """Workers have folders of their own side by side, in that of the session."""
        own = factory.getbasetemp()
        self._root = own.parent if "PYTEST_XDIST_WORKER" in os.environ else own

    def folder(self, name: str, make: Callable[[Path], Any]) -> Path:
        """The folder of a name, which `make` fills once; it isn't there before."""
        folder = self.place(name)
        self.value(name, lambda: make(folder))
        return folder

    def place(self, name: str) -> Path:
        """Where the folder of a name is."""
        return self._root / f"shared-{name}"

    def value(self, name: str, make: Callable[[], Any]) -> Any:
        """What `make` returns, called once."""
        made = self._root / f"shared-{name}.pickle"
        with FileLock(made.with_suffix(".lock")):
            if not made.exists():
                content = pickle.dumps(make())
                made.write_bytes(content)
            return pickle.loads(made.read_bytes())
