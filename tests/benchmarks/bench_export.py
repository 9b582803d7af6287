"""What the export of a programme of many websites costs: seconds, files, and bytes on the disk.

    make bench-export           200 websites, 730 days, 1 million ledger rows

Exported are the marts of a full build, the same marts again, and those after one more day's rows.
The bytes on the disk are what a version adds to those before it.
"""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from support.replay import Replay
from support.yardsticks.generate import DAYS, generate
from tabulate import tabulate

from api_export.export.versions import write_export

WEBSITES = 200
ROWS = 1_000_000
CLIENTS = 20_000


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as folder:
        lines = list(_measure(Path(folder)))
    headers = ["export", "seconds", "processor", "files", "MB of content", "MB on the disk"]
    print(tabulate(lines, headers, tablefmt="github", floatfmt=".1f", intfmt=","))


def _measure(scratch: Path) -> Iterator[list]:
    source, export = scratch / "source", scratch / "export"
    generate(source, ROWS, CLIENTS, websites=WEBSITES)
    replay = Replay(scratch, source)
    known: set[int] = set()
    for name, extra_rows in (
        ("of a full build", 0),
        ("of the same marts", 0),
        ("after one more day", ROWS // DAYS),
    ):
        generate(source, ROWS, CLIENTS, extra_rows, WEBSITES)
        marts = scratch / f"{extra_rows}.duckdb"
        if not marts.exists():
            replay.build(source, marts)
        began, used = time.monotonic(), time.process_time()
        version = write_export(marts, export).version
        seconds, processor = time.monotonic() - began, time.process_time() - used
        yield [name, seconds, processor, *_sizes(version, known)]


def _sizes(version: Path, known: set[int]) -> tuple[int, float, float]:
    """A version's files, the bytes in them, and what of these no known file holds; it is known."""
    files = [path.stat() for path in version.rglob("*") if path.is_file()]
    new = {file.st_ino: file.st_blocks * 512 for file in files if file.st_ino not in known}
    known |= new.keys()
    return len(files), sum(file.st_size for file in files) / 1e6, sum(new.values()) / 1e6


if __name__ == "__main__":
    main()
