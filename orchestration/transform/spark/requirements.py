"""What a run on Spark needs, asked before it pulls: packages, Java, and a Spark that answers."""

import os
import re
import shutil
import socket
import subprocess
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

from orchestration.errors import UsageError
from orchestration.transform.spark.session import REMOTE, describe_spark, heap_bytes
from orchestration.workspace.duckdb_setup import Limits

PACKAGES = ("pyspark", "dbt.adapters.spark")
REMOTE_PACKAGES = ("grpc_status", "zstandard")
"""What Spark Connect asks for beside them."""
NOT_INSTALLED = "Spark isn't installed; use pip install 'loyalty-analytics[spark]'"
OLDEST_JAVA = 17
REMOTE_PORT = 15002
REMOTE_SECONDS = 10
"""How long a server of Spark Connect may take to answer: its client would ask for ten minutes."""


def check_spark(limits: Limits) -> None:
    """Raise `UsageError` where no session could be opened, or none within the limits."""
    is_remote = REMOTE in os.environ
    if not all(map(_is_installed, (*PACKAGES, *(REMOTE_PACKAGES if is_remote else ())))):
        raise UsageError(NOT_INSTALLED)
    if is_remote:
        _check_remote(os.environ[REMOTE])
    else:
        _check_java()
        heap_bytes(limits)


def _is_installed(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:  # the package that it is part of
        return False


def _check_java() -> None:
    """Spark's own scripts start this Java."""
    home = os.environ.get("JAVA_HOME")
    java = str(Path(home) / "bin" / "java") if home else "java"
    wanted = f"install Java {OLDEST_JAVA} or newer, such as Debian's openjdk-17-jre-headless"
    found = shutil.which(java)
    if found is None:
        where = f"in JAVA_HOME ({home})" if home else "on PATH"
        raise UsageError(f"Spark needs Java, and there is none {where}: {wanted}")
    said = subprocess.run([found, "-version"], capture_output=True, text=True, check=False).stderr
    version = re.search(r'version "(?:1\.)?(\d+)', said)
    if version is None or int(version[1]) < OLDEST_JAVA:
        what = "no Java that works" if version is None else f"Java {version[1]}"
        raise UsageError(f"{found} is {what}, which is too old for Spark: {wanted}")


def _check_remote(url: str) -> None:
    if not url.startswith("sc://"):
        raise UsageError(f"{REMOTE} is {url!r}; Spark Connect's addresses begin with sc://")
    parts = urlsplit(url)
    try:
        address = (parts.hostname or "", parts.port or REMOTE_PORT)
        with socket.create_connection(address, REMOTE_SECONDS):
            pass
    except (OSError, ValueError) as error:
        raise UsageError(f"{REMOTE}: {describe_spark()} doesn't answer ({error})") from None
