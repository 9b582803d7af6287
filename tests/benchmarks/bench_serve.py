"""How many readers `loyalty serve` answers: the demo's marts, in a workspace of its own.

    make bench-serve

Server, readers and, in one of the lines, the export of one version after another share the machine.
It uses the marts of the last run, and writes nothing there.
"""

import http.client
import itertools
import shutil
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import duckdb
from support.commands import serving
from support.workspaces import publish
from tabulate import tabulate

from api_export.payloads.endpoints import API_ROOT
from orchestration.workspace.workspace import Workspace

READERS = 16
SECONDS = 8
CALLS = [
    f"/{API_ROOT}/{call}"
    for call in (
        "analytics/",
        "analytics/overview/",
        "analytics/points_trend/?days=30",
        "analytics/points_trend/?days=45&website=2",
        "analytics/top_redemptions/?limit=7",
        "analytics/tier_distribution/",
        "analytics/engagement_stats/?days=30",
        "dashboard-widgets/",
    )
]
LONGEST = [f"/{API_ROOT}/analytics/points_trend/?days=3660"]


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        workspace, other = Workspace(Path(folder) / "workspace"), Path(folder) / "other.duckdb"
        published = Workspace(Path("data")).marts
        shutil.copyfile(published, other)
        with duckdb.connect(str(other)) as connection:
            connection.execute("update reports.rpt_websites set name = name || ' (another)'")
        versions = (other, published)
        publish(workspace, published)
        files = [
            f"/{path.relative_to(workspace.current_export)}"
            for path in sorted(workspace.current_export.rglob("days=*.json"))
        ]
        with serving(workspace.root) as address:
            lines = [
                ("eight API calls", *_read(address, CALLS)),
                (
                    "the same, while versions are published",
                    *_read(address, CALLS, lambda n: publish(workspace, versions[n % 2])),
                ),
                ("files of the export", *_read(address, files)),
                ("a trend of 3,660 days", *_read(address, LONGEST)),
            ]
    headers = [f"{READERS} readers ask for", "a second", "half within ms", "99 % within ms", "kB"]
    print(tabulate(lines, headers, tablefmt="github", floatfmt=".0f"))


def _read(
    address: str, paths: list[str], meanwhile: Callable[[int], None] | None = None
) -> tuple[float, float, float, float]:
    """Answers a second, the milliseconds of half and of 99 % of them, and their mean size in kB.

    Ends the benchmark at an answer that is no 200.
    """
    host = urlsplit(address).netloc
    milliseconds: list[float] = []
    sizes: list[int] = []
    refused: list[str] = []
    until = time.perf_counter() + SECONDS

    def ask(number: int) -> None:
        connection = http.client.HTTPConnection(host, timeout=30)
        while (began := time.perf_counter()) < until and not refused:
            number += 1
            path = paths[number % len(paths)]
            connection.request("GET", path, headers={"Accept-Encoding": "gzip"})
            answer = connection.getresponse()
            sizes.append(len(answer.read()))
            milliseconds.append(1000 * (time.perf_counter() - began))
            if answer.status != 200:
                refused.append(f"{path}: {answer.status}")
        connection.close()

    readers = [threading.Thread(target=ask, args=(3 * number,)) for number in range(READERS)]
    for reader in readers:
        reader.start()
    for number in itertools.count():
        if meanwhile is None or time.perf_counter() > until:
            break
        meanwhile(number)
    for reader in readers:
        reader.join()
    if refused:
        sys.exit(f"refused: {refused[0]}")
    centiles = statistics.quantiles(milliseconds, n=100)
    return (
        len(milliseconds) / SECONDS,
        centiles[49],
        centiles[98],
        statistics.mean(sizes) / 1000,
    )


if __name__ == "__main__":
    main()
