"""What a run finds changed is named: rows, settings, models, versions."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import duckdb
import pytest
from support.handmade import clients, ledger, write_source

from orchestration.pull.changes import Change, find_changes, with_changes
from orchestration.pull.load_raw import Pull, load_raw
from orchestration.pull.run_inputs import NO_INPUTS, RunInputs
from orchestration.pull.run_progress import finish
from orchestration.settings import PointValue
from orchestration.sources.files.folder import FilesSource

PARTS = {
    "LOYALTY_TIER_BASIS": "balance",
    "the version of duckdb": "1.0",
    "models/a.sql": "0" * 64,
    "models/b.sql": "1" * 64,
}

ROWS = ledger((1, "add", 10, "2024-01-01"))


class Runs:
    """Pulls into one warehouse, each finished."""

    def __init__(self, source: Path) -> None:
        """An empty warehouse."""
        self.source = source
        self.connection = duckdb.connect()

    def pull(
        self,
        inputs: RunInputs = NO_INPUTS,
        parts: dict[str, str] = PARTS,
        full_reason: str | None = None,
    ) -> Pull:
        """A run of these inputs, by a project of these parts."""
        pulled = load_raw(
            self.connection,
            FilesSource(self.source),
            inputs,
            build_parts=parts,
            full_reason=full_reason,
        )
        if pulled.mode != "nothing":
            finish(self.connection)
        return pulled


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    """A workspace's runs, of which one has been."""
    runs = Runs(write_source(tmp_path, clients=clients(1), loyalty_transactions=ROWS))
    first = runs.pull()
    assert (first.mode, first.reason, first.changes) == ("full", "the workspace is new", ())
    return runs


def test_changed_models_settings_and_versions_are_named(runs: Runs) -> None:
    later = PARTS | {"LOYALTY_TIER_BASIS": "lifetime", "the version of duckdb": "1.1"}
    later |= {"models/b.sql": "2" * 64, "models/c.sql": "3" * 64}
    del later["models/a.sql"]
    pulled = runs.pull(parts=later)
    assert pulled.mode == "full"
    assert pulled.changes == (
        Change("LOYALTY_TIER_BASIS", "balance", "lifetime"),
        Change("the version of duckdb", "1.0", "1.1"),
        Change("models/b.sql"),
        Change("models/c.sql"),
        Change("models/a.sql"),
    )
    assert pulled.reason == (
        "code or settings changed: LOYALTY_TIER_BASIS (balance → lifetime),"
        " the version of duckdb (1.0 → 1.1), models/b.sql and 2 more"
    )
    assert runs.pull(parts=later).mode == "nothing"


def test_changed_rows_and_inputs_are_named(runs: Runs) -> None:
    write_source(runs.source, clients=clients(1, 2))
    pulled = runs.pull(replace(NO_INPUTS, as_of=date(2024, 1, 2), point_values=(PointValue(1, 2),)))
    assert pulled.mode == "incremental"
    assert pulled.changes == (
        Change("clients"),
        Change("loyalty_transactions"),
        Change("LOYALTY_AS_OF", None, "2024-01-02"),
        Change("LOYALTY_POINT_VALUE"),
    )
    assert "LOYALTY_AS_OF (not set → 2024-01-02) and 1 more" in pulled.reason


def test_a_full_build_names_what_differs_beside_its_reason(runs: Runs) -> None:
    same = runs.pull(full_reason="a full refresh was requested")
    assert (same.mode, same.reason, same.changes) == ("full", "a full refresh was requested", ())
    write_source(runs.source, clients=clients(1, 2), loyalty_transactions=ROWS)
    inputs = replace(NO_INPUTS, as_of=date(2024, 1, 2), tier_basis="lifetime")
    pulled = runs.pull(inputs, PARTS | {"LOYALTY_TIER_BASIS": "lifetime"})
    assert pulled.reason == "code or settings changed: LOYALTY_TIER_BASIS (balance → lifetime)"
    assert pulled.changes == (
        Change("LOYALTY_TIER_BASIS", "balance", "lifetime"),
        Change("clients"),
        Change("LOYALTY_AS_OF", None, "2024-01-02"),
    )


def test_a_workspace_of_an_older_version_tells_what_it_knows(runs: Runs) -> None:
    runs.connection.execute("alter table raw.finished drop column build_parts")
    pulled = runs.pull(parts=PARTS | {"models/b.sql": "2" * 64})
    assert (pulled.mode, pulled.reason, pulled.changes) == ("full", "code or settings changed", ())


def test_long_values_are_named_alone() -> None:
    assert list(find_changes({"a": "x" * 61, "b": [1, 2]}, {"a": "y", "b": [1]})) == [
        Change("a"),
        Change("b", "1,2", "1"),
    ]
    assert with_changes("why", []) == "why"
