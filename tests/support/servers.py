"""Workspaces that `loyalty serve` serves in a process of its own, and how tests call them."""

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import duckdb
import requests

from orchestration.workspace.workspace import Workspace
from support import commands

ROOT = "api/v1/loyalty-management"
TOKEN = "a token, with blanks and signs: ~"
ADMIN = {"Authorization": f"Token {TOKEN}"}
NOT_FOUND = {"detail": "Not found."}


@dataclass(frozen=True)
class Serving:
    """A workspace, and the address where it is served."""

    workspace: Workspace
    url: str

    @property
    def api(self) -> str:
        return f"{self.url}{ROOT}/"

    @property
    def current(self) -> Path:
        return self.workspace.current_export

    def get(self, path: str, **parameters: Any) -> requests.Response:
        return requests.get(self.api + path, params=parameters, timeout=30)

    def post(self, path: str, **more: Any) -> requests.Response:
        return requests.post(self.api + path, timeout=30, **more)


@contextmanager
def serve(workspace: Workspace, *options: str, **settings: str) -> Iterator[Serving]:
    """A workspace that is served."""
    with commands.serving(workspace.root, *options, PYTHONUTF8="1", **settings) as address:
        yield Serving(workspace, address)


def api_call(path: str) -> tuple[str, dict[str, str]]:
    """The API's path and parameters for an exported file."""
    website, rest = re.fullmatch(rf"([0-9]+|all)/{ROOT}/(.*)\.json", path).groups()
    folder, _, file = rest.rpartition("/")
    return f"{folder}/", {"website": website} | dict(parse_qsl(file))


def with_few_websites(marts: Path, path: Path) -> Path:
    shutil.copyfile(marts, path)
    with duckdb.connect(str(path)) as connection:
        connection.execute("delete from reports.rpt_websites where id > 2")
    return path


def with_few_files(marts: Path, path: Path) -> Path:
    """The marts with few websites, one window and few snapshots, for many exports in a row."""
    with_few_websites(marts, path)
    with duckdb.connect(str(path)) as connection:
        connection.execute("update dim_run set window_days = [30], top_limits = [10]")
        connection.execute("delete from reports.rpt_analytics where date_to < '2024-01-01'")
    return path
