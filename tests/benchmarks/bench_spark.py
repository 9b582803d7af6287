"""Both engines build the same models from the same rows, in one run.

    make bench-spark                              1 million ledger rows
    make bench-spark SCALE=10m SKEW=client        or SKEW=website, and any number of rows

Each run is a process of its own, as in `make bench`: its memory is the peak of all its processes
together, Spark's JVM included. What is fixed in a run is what one of 1,000 rows takes. Every table
and every exported file of both is compared. Then comes what Spark read, shuffled, spilled and
wrote for each model. With SKEW one client has 30 % of the ledger, or one website 90 %.
"""

import sys
import tempfile
from pathlib import Path

from bench_run import MEMORY_LIMIT, STEP
from spark_events import Build, find_log, print_build, read_events
from support.commands import LOYALTY
from support.measured import Measured, measure
from support.spark_tables import compare_tables
from support.yardsticks.generate import (
    LAST_DATE,
    NO_SKEW,
    ROWS_PER_CLIENT,
    Skew,
    generate,
    rows_of,
)
from tabulate import tabulate

FEW_ROWS = 1_000
ENGINES = ("duckdb", "spark")
SKEWS = {"": NO_SKEW, "client": Skew(client=0.3), "website": Skew(website=0.9)}
SETTINGS = """\
spark.master local[*]
spark.driver.memory 4g
spark.sql.shuffle.partitions 4
spark.ui.enabled false
spark.eventLog.enabled true
spark.eventLog.compress false
spark.eventLog.rolling.enabled false
spark.hadoop.parquet.hadoop.vectored.io.enabled false
spark.eventLog.dir {events}
spark.local.dir {scratch}
"""
"""What a session takes from the folder SPARK_CONF_DIR: what a run on one machine sets, and a log.
Bytes of vectored reads go uncounted."""


def main(scale: str, skew: str) -> None:
    """Measure and print; exits with 1 where the engines differ."""
    rows = rows_of(scale)
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        # The first run after a change of the project also parses it, so it is no measure.
        _run(scratch / "first", ENGINES[0], FEW_ROWS)
        runs, builds = {}, {}
        for count in (FEW_ROWS, rows):
            for engine in ENGINES:
                workspace = scratch / f"{engine}{count}"
                run = runs[engine, count] = _run(workspace, engine, count, SKEWS[skew])
                if engine == "spark":
                    builds[count] = read_events(find_log(workspace / "events"))
                print(f"{engine}, {count:,} rows: {run.seconds:.0f} seconds", flush=True)
        _print_runs(runs, builds, rows)
        print_build(builds[rows])
        differing = _differing(*(scratch / f"{engine}{rows}/data" for engine in ENGINES))
        print("\n".join(differing) or "all of them are the same")
    sys.exit(bool(differing))


def _run(scratch: Path, engine: str, rows: int, skew: Skew = NO_SKEW) -> Measured:
    source, workspace, events = (scratch / name for name in ("source", "data", "events"))
    generate(source, rows, max(rows // ROWS_PER_CLIENT, 20), skew=skew)
    events.mkdir()
    (scratch / "spark-defaults.conf").write_text(
        SETTINGS.format(events=events.as_uri(), scratch=scratch / "spilled")
    )
    return measure(
        *(LOYALTY, "run", "--source", f"files:{source}", "--workspace", workspace),
        LOYALTY_AS_OF=LAST_DATE.isoformat(),
        LOYALTY_ENGINE=engine,
        LOYALTY_MEMORY_LIMIT=MEMORY_LIMIT,
        SPARK_CONF_DIR=str(scratch),
    )


def _print_runs(runs: dict[tuple[str, int], Measured], builds: dict[int, Build], rows: int) -> None:
    figures = {
        run: (
            float(dict(STEP.findall(measured.output))["models"]),
            measured.seconds,
            measured.processor_seconds,
            measured.peak_bytes / 1e9,
        )
        for run, measured in runs.items()
    }
    lines = [
        [
            f"{engine}, {count:,} rows",
            *values,
            builds[count].seconds if engine == "spark" else None,
        ]
        for (engine, count), values in figures.items()
    ]
    duckdb, spark = (figures[engine, rows] for engine in ENGINES)
    duckdb_fixed, spark_fixed = (figures[engine, FEW_ROWS] for engine in ENGINES)
    lines.append(["spark ÷ duckdb", *_ratios(spark, duckdb)])
    lines.append(
        [
            "the same, less what is fixed",
            *_ratios(
                [whole - fixed for whole, fixed in zip(spark, spark_fixed, strict=True)][:3],
                [whole - fixed for whole, fixed in zip(duckdb, duckdb_fixed, strict=True)][:3],
            ),
        ]
    )
    headers = ["run", "models s", "whole s", "processor s", "peak GB", "Spark's session s"]
    print(tabulate(lines, headers, tablefmt="github", floatfmt=".1f"), end="\n\n", flush=True)


def _ratios(dividends: list[float], divisors: list[float]) -> list[float]:
    return [first / second for first, second in zip(dividends, divisors, strict=True)]


def _differing(duckdb: Path, spark: Path) -> list[str]:
    """The tables and exported files that the two workspaces don't share; tells what was compared.

    What DuckDB built of Spark's tables is in the exported files.
    """
    (tables,) = (spark / "lakehouse/tables").iterdir()
    compared = compare_tables(duckdb / "warehouse.duckdb", duckdb / "marts.duckdb", tables)
    exports = [_files(workspace / "export/current") for workspace in (duckdb, spark)]
    paths = exports[0].keys() | exports[1].keys()
    print(
        f"{len(compared.rows)} tables with {sum(compared.rows.values()):,} rows and {len(paths):,}"
        f" exported files were compared; {len(compared.not_on_spark)} tables are DuckDB's alone"
    )
    return [
        *(f"{table}: {how}" for table, how in compared.different.items()),
        *sorted(path for path in paths if exports[0].get(path) != exports[1].get(path)),
    ]


def _files(folder: Path) -> dict[str, bytes]:
    root = folder.resolve()
    return {
        str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()
    }


if __name__ == "__main__":
    main(*sys.argv[1:])
