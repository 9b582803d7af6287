"""How long a full run takes, and a run after one changed day, on ledgers of two sizes.

    python tests/benchmarks/bench_run.py [ROWS …]        (default 1000000 10000000)

Each run is `loyalty run` in a process of its own. Fixed start-up, that of Python, Dagster and dbt,
is what a run takes that finds nothing changed, and the start of dbt itself.
"""

import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from generate import generate

CLIENTS = 100_000
DAY_SHARE = 730
"""A changed day brings one such part of the ledger."""
STEP = re.compile(r"│ (pull|models|publish|export) .*│ +([0-9.]+) +│")


def main() -> None:
    """Measure each size, and print a row for each run."""
    sizes = [int(text) for text in sys.argv[1:]] or [1_000_000, 10_000_000]
    print("| ledger rows | run | pull | models | publish | export | whole | peak memory |")
    print("|---|---|---|---|---|---|---|---|")
    for rows in sizes:
        with tempfile.TemporaryDirectory() as scratch:
            source, workspace = Path(scratch) / "source", Path(scratch) / "workspace"
            generate(source, rows, CLIENTS)
            _measure(rows, "full", source, workspace)
            generate(source, rows, CLIENTS, extra_rows=rows // DAY_SHARE)
            _measure(rows, "one changed day", source, workspace)
            _measure(rows, "nothing changed", source, workspace)


def _measure(rows: int, name: str, source: Path, workspace: Path) -> None:
    command = [Path(sys.executable).parent / "loyalty", "run", "--source", f"files:{source}"]
    timed = ["/usr/bin/env", *command, "--workspace", workspace]
    began = time.monotonic()
    process = subprocess.Popen(
        timed, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=_environment()
    )
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.monotonic() - began
    if status:
        sys.exit(output)
    steps = dict(STEP.findall(output))
    cells = [steps.get(step, "") for step in ("pull", "models", "publish", "export")]
    memory = f"{usage.ru_maxrss / 1e6:.1f} GB"
    print(f"| {rows:,} | {name} | {' | '.join(cells)} | {seconds:.1f} s | {memory} |", flush=True)


def _environment() -> dict[str, str]:
    clean = {key: value for key, value in os.environ.items() if "LOYALTY" not in key}
    return clean | {"COLUMNS": "200"}


if __name__ == "__main__":
    main()
