"""Without a given as_of the clock says which dates are over, and one misdated row moves nothing."""

import csv
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import simplejson
from support.datasets import write_dataset
from support.fitted import recount_with_fits
from support.recount import recount_manifest, validate
from support.replay import DEFAULTS, Replay, export_marts, open_warehouse
from support.workspaces import read_payloads

NOON = datetime(2024, 5, 1, 12, tzinfo=UTC)


def add_event(source: Path, timestamp: str) -> None:
    """A further valid row of a client, at another time."""
    validated = validate(source).valid
    row = next(iter(validated["loyalty_transactions"].values()))
    path = source / "loyalty_transactions.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        header = next(csv.reader(file))
    added = {
        "id": 888_888,
        "website_id": row["website_id"],
        "client_id": row["client_id"],
        "points": 5,
        "transaction_type": "add",
        "timestamp": timestamp,
    }
    with path.open("a", encoding="utf-8", newline="") as file:
        file.write("\n")  # the last line may lack its end
        csv.DictWriter(file, header).writerow(added)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    directory = tmp_path / "source"
    directory.mkdir()
    write_dataset(directory, 3, clients=30, transactions=80, file_format="csv", dirty=False)
    return directory


@pytest.mark.parametrize(
    "timestamp", ["2150-01-01T00:00:00Z", "2199-12-31T00:00:00Z", "1970-01-05T00:00:00Z"]
)
def test_a_misdated_row_steers_nothing(
    source: Path, tmp_path: Path, replay: Replay, timestamp: str
) -> None:
    inputs = replace(DEFAULTS, began_at=NOON)
    before = len(read_payloads(export(replay, source, tmp_path / "before", inputs)))
    add_event(source, timestamp)

    files = read_payloads(export(replay, source, tmp_path / "after", inputs))

    manifest = simplejson.loads(files.pop("manifest.json"))
    assert len(files) + 1 == before
    assert files == recount_with_fits(source, clock=NOON)
    expected = simplejson.loads(simplejson.dumps(recount_manifest(source, clock=NOON), default=str))
    assert {key: manifest[key] for key in expected} == expected
    later = [warning for warning in manifest["warnings"] if "lies after" in warning]
    assert len(later) == (timestamp > "2024")
    assert all(timestamp[:10] in warning for warning in later)


def export(replay: Replay, source: Path, scratch: Path, inputs: object) -> Path:
    scratch.mkdir(exist_ok=True)
    with open_warehouse(":memory:", ":memory:") as connection:
        replay.run(connection, source, inputs)
        return export_marts(connection, scratch).version


def test_a_date_counts_in_the_next_run_after_it_is_over(
    source: Path, tmp_path: Path, replay: Replay
) -> None:
    add_event(source, "2024-05-05T12:00:00Z")
    with open_warehouse(":memory:", ":memory:") as connection:

        def run(day: int, hour: int) -> tuple[str, str | None]:
            clock = datetime(2024, 5, day, hour, tzinfo=UTC)
            pull = replay.run(connection, source, replace(DEFAULTS, began_at=clock))
            (as_of,) = connection.execute("select as_of from marts.dim_run").fetchone()
            return pull.mode, str(as_of)

        first, before = run(4, 0)
        assert first == "full" and before < "2024-05-05"
        assert run(5, 18) == ("nothing", before)
        assert run(7, 0) == ("incremental", "2024-05-05")
        assert run(8, 0) == ("nothing", "2024-05-05")
        assert read_payloads(export_marts(connection, tmp_path).version).keys() >= set(
            recount_with_fits(source, clock=datetime(2024, 5, 8, tzinfo=UTC))
        )
