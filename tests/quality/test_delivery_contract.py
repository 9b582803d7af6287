"""A delivery is validated as a whole: what was right is not replaced by what can't be read."""

import csv
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import simplejson
from support.commands import Loyalty
from support.replay import DEFAULTS, Replay, export_marts, open_warehouse
from support.workspaces import read_files

from orchestration.errors import DeliveryError
from orchestration.pull.run_inputs import RunInputs
from orchestration.quality.delivery_contract import (
    Breach,
    check_delivery,
    describe_breaches,
    find_breaches,
)
from orchestration.workspace.workspace import Workspace

Rows = list[dict[str, str]]
Change = Callable[[dict[str, Rows]], None]

TENTH = replace(DEFAULTS, max_quarantined=0.1)


def programme() -> dict[str, Rows]:
    """Two websites with ten clients each, who earn 100 points a month, and spend some."""
    clients = [{"id": str(n), "website_id": str(1 + n % 2)} for n in range(1, 21)]
    ledger = [
        {
            "client_id": client["id"],
            "website_id": client["website_id"],
            "timestamp": f"2024-0{month}-01 12:00:00",
            "transaction_type": kind,
            "points": points,
        }
        for client in clients
        for month in (1, 2, 3)
        for kind, points in [
            ("add", "100"),
            *([("redeem", "-30")] if month == 3 else []),
            *([("deduct", "-5")] if client["id"] in ("3", "4") else []),
        ]
    ]
    for number, row in enumerate(ledger, 1):
        row["id"] = str(number)
    return {
        "websites": [{"id": "1", "name": "One"}, {"id": "2", "name": "Two"}],
        "clients": clients,
        "loyalty_tiers": [{"id": "1", "website_id": "1", "name": "Bronze", "threshold": "0"}],
        "loyalty_transactions": ledger,
        "redemption_categories": [{"id": "1", "website_id": "1", "name": "Things"}],
        "redemption_items": [
            {
                "id": "1",
                "website_id": "1",
                "category_id": "1",
                "name": "Cup",
                "points_required": "9",
            }
        ],
        "redemption_requests": [
            {
                "id": "1",
                "website_id": "1",
                "client_id": "2",
                "item_id": "1",
                "points_used": "30",
                "status": "fulfilled",
                "requested_at": "2024-03-01 12:00:00",
            }
        ],
    }


def write(entities: dict[str, Rows], directory: Path) -> Path:
    directory.mkdir(exist_ok=True)
    for entity, rows in entities.items():
        header = list(programme()[entity][0])
        with (directory / f"{entity}.csv").open("w", newline="") as file:
            writer = csv.DictWriter(file, header)
            writer.writeheader()
            writer.writerows(rows)
    return directory


def set_all(entity: str, column: str, value: Callable[[dict[str, str]], str]) -> Change:
    def change(entities: dict[str, Rows]) -> None:
        for row in entities[entity]:
            row[column] = value(row)

    return change


def empty(entity: str) -> Change:
    return lambda entities: entities[entity].clear()


def lose_website_2(entities: dict[str, Rows]) -> None:
    entities["websites"].pop()


def garble_website_2(entities: dict[str, Rows]) -> None:
    for row in entities["loyalty_transactions"]:
        if row["website_id"] == "2":
            row["client_id"] = "C" + row["client_id"]


LEDGER = "loyalty_transactions"
CASES = {
    "times end in a zone's name": (
        set_all(LEDGER, "timestamp", lambda row: row["timestamp"] + " UTC"),
        (LEDGER, "no_valid_row"),
        "loyalty_transactions: none of 86 rows is valid, 86 in the last published run"
        " (invalid_value 86; such as timestamp '2024-03-01 12:00:00 UTC',",
    ),
    "redeems are positive": (
        set_all(
            LEDGER,
            "points",
            lambda row: row["points"].lstrip("-" if row["transaction_type"] == "redeem" else ""),
        ),
        (LEDGER, "too_many_quarantined"),
        "20 of 86 rows are quarantined, 0 of 86 in the last published run"
        " (sign_mismatch 20; such as points 30 (transaction_type 'redeem'))",
    ),
    "a type has another name": (
        set_all(
            LEDGER,
            "transaction_type",
            lambda row: row["transaction_type"].replace("deduct", "expire"),
        ),
        (LEDGER, "type_without_valid_row"),
        "no valid row is of type deduct, 6 in the last published run"
        " (unknown_type 6; such as transaction_type 'expire')",
    ),
    "points have decimals": (
        set_all(
            LEDGER,
            "points",
            lambda row: "12.50" if row["timestamp"] < "2024-02" else row["points"],
        ),
        (LEDGER, "too_many_quarantined"),
        "(invalid_value 22; such as points '12.50' (takes a whole number))",
    ),
    "corrections are negative adds": (
        set_all(
            LEDGER,
            "points",
            lambda row: (
                "-" + row["points"].lstrip("-") if int(row["id"]) % 5 == 0 else row["points"]
            ),
        ),
        (LEDGER, "too_many_quarantined"),
        "sign_mismatch",
    ),
    "clients are shared by websites": (
        set_all("clients", "website_id", lambda row: str(3 - int(row["website_id"]))),
        (LEDGER, "no_valid_row"),
        "(website_mismatch 86; such as client_id 3 (website_id 2), 4 (website_id 1), 1 (website_id",
    ),
    "a website is gone": (
        lose_website_2,
        ("websites", "website_without_valid_row"),
        "websites: website 2 has no valid row, 1 in the last published run",
    ),
    "a website can't be read": (
        garble_website_2,
        (LEDGER, "website_without_valid_row"),
        "loyalty_transactions: website 2 has no valid row, 43 in the last published run"
        " (invalid_value 43; such as client_id 'C3', 'C1', 'C5' (takes a whole number))",
    ),
    "the ledger is empty": (
        empty(LEDGER),
        (LEDGER, "no_valid_row"),
        "loyalty_transactions: no rows were delivered, 86 in the last published run",
    ),
}


def breaches_of(
    replay: Replay, source: Path, scratch: Path, inputs: RunInputs, published: Path | None
) -> list[Breach]:
    with open_warehouse(":memory:", ":memory:") as connection:
        replay.run(connection, source, inputs, published=published)
        scratch.mkdir()
        export_marts(connection, scratch)
        found, _ = find_breaches(connection)
        return found


@pytest.fixture(scope="module")
def published(replay: Replay, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The marts of the programme as it should be."""
    root = tmp_path_factory.mktemp("published")
    source = write(programme(), root / "source")
    assert breaches_of(replay, source, root / "marts", TENTH, None) == []
    return root / "marts" / "marts.duckdb"


@pytest.mark.parametrize("case", CASES)
def test_what_was_valid_and_can_be_read_no_more_is_refused(
    replay: Replay, published: Path, tmp_path: Path, case: str
) -> None:
    change, first, told = CASES[case]
    entities = programme()
    change(entities)
    source = write(entities, tmp_path / "source")
    found = breaches_of(replay, source, tmp_path / "marts", TENTH, published)
    assert first in [(breach.entity, breach.rule) for breach in found]
    line = describe_breaches(found)
    assert told in line, line
    assert "\n" not in line
    assert line.endswith("`loyalty run --accept-quarantine` lets this delivery through")


@pytest.mark.parametrize("case", ["redeems are positive", "points have decimals"])
def test_a_first_run_is_refused_for_its_share(replay: Replay, tmp_path: Path, case: str) -> None:
    change, _, _ = CASES[case]
    entities = programme()
    change(entities)
    source = write(entities, tmp_path / "source")
    (breach,) = breaches_of(replay, source, tmp_path / "marts", TENTH, None)
    assert (breach.entity, breach.rule) == (LEDGER, "too_many_quarantined")
    assert "last published" not in str(breach)
    assert breaches_of(replay, source, tmp_path / "any share", DEFAULTS, None) == []


def test_many_breaches_are_one_line_that_ends_with_the_way_out(
    replay: Replay, published: Path, tmp_path: Path
) -> None:
    entities = {entity: [] for entity in programme()}
    source = write(entities, tmp_path / "source")
    found = breaches_of(replay, source, tmp_path / "marts", TENTH, published)
    assert len(found) == 7
    line = describe_breaches(found)
    assert "; and 3 more. what was published" in line and len(line) < 2_000


def test_a_website_without_a_name_is_shown_by_its_row(
    replay: Replay, published: Path, tmp_path: Path
) -> None:
    entities = programme()
    entities["websites"][1]["name"] = ""
    source = write(entities, tmp_path / "source")
    first, *_ = breaches_of(replay, source, tmp_path / "marts", TENTH, published)
    assert str(first) == (
        "websites: 1 of 2 rows are quarantined, 0 of 2 in the last published run"
        " (invalid_value 1; such as name null (takes a text))"
    )


def test_a_hostile_value_stays_in_its_line(replay: Replay, tmp_path: Path) -> None:
    entities = programme()
    set_all(LEDGER, "points", lambda row: "1\n\x1b[31m\u202e" + "9" * 200)(entities)
    source = write(entities, tmp_path / "source")
    line = describe_breaches(breaches_of(replay, source, tmp_path / "marts", TENTH, None))
    assert line.isprintable() and len(line) < 500


def test_a_refused_run_leaves_what_was_published(loyalty: Loyalty, tmp_path: Path) -> None:
    workspace = tmp_path / "workspace"
    entities = programme()
    source = write(entities, tmp_path / "programme")
    told = ("--workspace", workspace, "--source", f"files:{source}")
    first = loyalty("run", *told, LOYALTY_MAX_QUARANTINED="0.1")
    assert first.returncode == 0, first.stderr
    before = read_files(workspace / "export" / "current"), (workspace / "marts.duckdb").read_bytes()
    CASES["times end in a zone's name"][0](entities)
    write(entities, source)

    refused = loyalty("run", *told)

    assert refused.returncode == 1
    assert refused.stderr.startswith(
        "loyalty: the delivery is refused: loyalty_transactions: none of 86 rows is valid"
    )
    assert refused.stderr.count("\n") == 1
    now = read_files(workspace / "export" / "current"), (workspace / "marts.duckdb").read_bytes()
    assert now == before
    status = simplejson.loads((workspace / "export" / "status.json").read_text())
    assert status["last_failure"]["asset"] == "delivery_keeps_its_contract"
    assert status["last_failure"]["cause"] in refused.stderr
    with pytest.raises(DeliveryError, match="none of 86 rows is valid"):
        check_delivery(Workspace(workspace))

    accepted = loyalty("run", *told, "--accept-quarantine")

    assert accepted.returncode == 0, accepted.stderr
    assert "86 of 86 rows are quarantined" in " ".join(accepted.stdout.split())
    manifest = simplejson.loads((workspace / "export/current/manifest.json").read_text())
    assert manifest["accepted_quarantine"] is True
    assert manifest["totals"]["1"]["points_outstanding"] == 0
    assert any(
        text == "loyalty_transactions: 86 of 86 rows are quarantined and reach no figure"
        " (invalid_value 86), with 5370 points on them"
        for text in manifest["warnings"]
    )
