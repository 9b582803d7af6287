"""Whether the intervals of campaigns hold: simulated experiments, counted by the models themselves.

`make bench-campaigns` prints what docs/benchmarks.md shows. Half of the experiments change nothing,
the others bring each treated client the same points more. What a client is issued is skewed, and
follows what it was issued before. Every run draws the same clients.
"""

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from support.handmade import write_source
from support.replay import DEFAULTS, execute, open_warehouse
from tabulate import tabulate

from orchestration.pull.load_raw import load_raw
from orchestration.sources.files.folder import FilesSource
from orchestration.transform.compiled_models import full_build

SEED = 42
CAMPAIGNS = 500
CLIENTS = 400
"""Of each campaign; each is treated or held out by the toss of a coin."""
EFFECTS = {"nothing": 0, "25 points": 25}
SLOPE, SHAPE, BEFORE_SCALE, REST_SCALE = 0.8, 2.0, 100.0, 60.0
"""Points are SLOPE × those before and a rest: gamma variates of this shape and these scales."""
EXPLAINED = (SLOPE * BEFORE_SCALE) ** 2 / ((SLOPE * BEFORE_SCALE) ** 2 + REST_SCALE**2)
"""ρ²: the share of the variance that the points before explain."""
JOINED, BEFORE, DURING = (f"2024-{day}T12:00:00Z" for day in ("01-01", "03-05", "03-15"))
HEADERS = (
    "experiments that bring",
    "with status ok",
    "95 % interval of the",
    "holds 0",
    "holds the truth",
    "mean width",
    "times the first",
)
INTERVALS = {"effect": ("effect_low", "effect_high"), "adjusted": ("adjusted_low", "adjusted_high")}


def main() -> None:
    """Measure and print."""
    with (
        tempfile.TemporaryDirectory() as folder,
        open_warehouse(":memory:", ":memory:") as warehouse,
    ):
        write_experiments(Path(folder))
        load_raw(warehouse, FilesSource(Path(folder)), replace(DEFAULTS, as_of=date(2024, 3, 31)))
        execute(warehouse, full_build(model="fct_campaigns"))
        execute(warehouse, full_build(model="fct_campaign_metrics"))
        print(
            tabulate(
                lines(warehouse),
                HEADERS,
                tablefmt="github",
                floatfmt=("", "", "", ".1f", ".1f", ".2f", ".3f"),
            )
        )
        print(
            f"ρ² is {EXPLAINED:.2f}: an adjusted interval is {(1 - EXPLAINED) ** 0.5:.3f} as wide"
        )


def write_experiments(directory: Path) -> None:
    """The experiments as a source: a client belongs to one, and has an entry in each window."""
    random = np.random.default_rng(SEED)
    campaigns = len(EFFECTS) * CAMPAIGNS
    ids = np.arange(campaigns * CLIENTS)
    campaign = ids // CLIENTS
    is_treated = random.random(len(ids)) < 0.5
    before = random.gamma(SHAPE, BEFORE_SCALE, len(ids)).round().astype(int)
    rest = random.gamma(SHAPE, REST_SCALE, len(ids))
    effect = np.array(list(EFFECTS.values()))[campaign // CAMPAIGNS]
    during = (SLOPE * before + rest).round().astype(int) + effect * is_treated
    write_source(
        directory,
        campaigns=(
            {
                "id": number,
                "website_id": 1,
                "name": f"Experiment {number}",
                "starts_at": "2024-03-11T00:00:00Z",
                "ends_at": "2024-03-21T00:00:00Z",
            }
            for number in range(campaigns)
        ),
    )
    tables = {
        "clients": {"id": ids, "website_id": np.ones_like(ids), "date_joined": [JOINED] * len(ids)},
        "campaign_members": {
            "campaign_id": campaign,
            "client_id": ids,
            "arm": np.where(is_treated, "treatment", "control"),
        },
        "loyalty_transactions": {
            "id": np.arange(2 * len(ids)),
            "website_id": np.ones(2 * len(ids), dtype=int),
            "client_id": np.tile(ids, 2),
            "transaction_type": ["add"] * (2 * len(ids)),
            "points": np.concatenate([before, during]),
            "timestamp": [BEFORE] * len(ids) + [DURING] * len(ids),
        },
    }
    for entity, columns in tables.items():
        (directory / f"{entity}.jsonl").unlink(missing_ok=True)
        pq.write_table(pa.table(columns), directory / f"{entity}.parquet")


def lines(warehouse: duckdb.DuckDBPyConnection) -> Iterator[list]:
    """How often each interval holds 0 and the true effect, in percent, and how wide it is."""
    for place, (name, truth) in enumerate(EFFECTS.items()):
        plain = None
        for figure, (low, high) in INTERVALS.items():
            count, zero, held, width = warehouse.execute(
                f"select count(*), 100 * avg(if({low} <= 0 and {high} >= 0, 1, 0)),"
                f" 100 * avg(if({low} <= $truth and {high} >= $truth, 1, 0)),"
                f" avg(cast({high} - {low} as double))"
                " from marts.main.fct_campaign_metrics"
                f" where metric = 'points_issued' and {low} is not null"
                " and campaign_id // $campaigns = $place",
                {"truth": truth, "place": place, "campaigns": CAMPAIGNS},
            ).fetchone()
            plain = plain or width
            yield [name, f"{count} of {CAMPAIGNS}", figure, zero, held, width, width / plain]


if __name__ == "__main__":
    main()
