"""Conditions and columns of a mapping, for files of every format."""

import json
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
from support.folders import LEDGER, PROGRAMME, csv_text, jsonl_text, ledger_of, parquet_table
from support.replay import DEFAULTS

from orchestration.errors import SourceError
from orchestration.pull.load_raw import load_raw
from orchestration.sources import open_source

CONDITIONS = {
    "deleted is null": ["deleted", [None, "2024-01-01", None]],
    "deleted = 0": ["deleted", ["0", "1", "0"]],
    "not deleted": ["Deleted", ["false", "true", "false"]],
    "deleted = 0 -- soft": ["DELETED", ["0", "1", "0"]],
    "deleted is distinct from 'it''s \"so\"'": ["deleted", ["", 'it\'s "so"', "x"]],
}


@pytest.mark.parametrize("condition", CONDITIONS)
@pytest.mark.parametrize("file_format", ["csv", "jsonl", "parquet"])
def test_a_condition_leaves_deleted_rows_out(
    condition: str, file_format: str, folder: Path, tmp_path: Path
) -> None:
    column, values = CONDITIONS[condition]
    rows = [row | {column: v or ""} for row, v in zip(PROGRAMME[LEDGER], values, strict=False)]
    (folder / f"{LEDGER}.csv").unlink()
    path = folder / f"{LEDGER}.{file_format}"
    match file_format:
        case "csv":
            path.write_text(csv_text(rows), newline="")
        case "jsonl":
            path.write_text(jsonl_text(rows))
        case _:
            pq.write_table(parquet_table(rows), path)
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text(json.dumps({LEDGER: {"where": condition}}))
    assert [row[0] for row in ledger_of(folder, mapping)] == ["1", "3"]


def test_a_line_that_can_not_be_read_stays_whatever_the_condition(
    folder: Path, tmp_path: Path
) -> None:
    with (folder / f"{LEDGER}.csv").open("a") as file:
        file.write("1,2\r\n")
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text(f"{LEDGER}: {{where: shelf = 's3'}}\n")
    found = ledger_of(folder, mapping)
    assert [(row[0], row[-1]) for row in found] == [("3", None), (None, "1,2")]


@pytest.mark.parametrize(
    ("condition", "told"),
    [
        ("is_deletd = 0", 'Referenced column "is_deletd" not found'),
        ("shelf = 1", "Could not convert string 's1' to INT32"),
        ("shelf >", "syntax error"),
        ("true; drop table raw.clients", "syntax error"),
        ("count(*) > 1", "cannot contain aggregates"),
    ],
)
def test_a_condition_that_fails_is_told_in_the_engines_words(
    condition: str, told: str, folder: Path, tmp_path: Path
) -> None:
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text(json.dumps({LEDGER: {"where": condition}}))
    with pytest.raises(SourceError) as raised:
        ledger_of(folder, mapping)
    assert f"the condition `where: {condition}` of {LEDGER} fails: " in str(raised.value)
    assert told in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_condition_that_could_mean_two_columns_is_refused(folder: Path, tmp_path: Path) -> None:
    rows = [row | {"gone": "0", "GONE": "1"} for row in PROGRAMME[LEDGER]]
    (folder / f"{LEDGER}.csv").write_text(csv_text(rows), newline="")
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text(f"{LEDGER}: {{where: Gone = 0}}\n")
    with pytest.raises(SourceError, match=r"fails: it has 2 columns Gone \(gone, GONE\); keep one"):
        ledger_of(folder, mapping)
    mapping.write_text(f"{LEDGER}: {{where: gone = 0}}\n")
    assert len(ledger_of(folder, mapping)) == len(rows)


def test_columns_are_renamed_and_a_name_that_is_not_there_is_told(
    folder: Path, expected: list[tuple], tmp_path: Path
) -> None:
    rows = [
        {"customer" if key == "client_id" else key: value for key, value in row.items()}
        for row in PROGRAMME[LEDGER]
    ]
    (folder / f"{LEDGER}.csv").write_text(csv_text(rows), newline="")
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text(f"{LEDGER}: {{columns: {{client_id: Customer}}}}\n")
    assert ledger_of(folder, mapping) == expected
    mapping.write_text(f"{LEDGER}: {{columns: {{client_id: customer, reason: note}}}}\n")
    with pytest.raises(SourceError, match=r"reason \(note by the mapping\); .* has id, website_id"):
        ledger_of(folder, mapping)


@pytest.mark.parametrize("file_format", ["csv", "jsonl", "parquet"])
def test_members_may_have_other_names_and_an_id_that_is_none_of_the_contract_s(
    file_format: str, folder: Path, tmp_path: Path
) -> None:
    members = ("1,2,control", "1,2,control", "1,3,", ",3,", "2,2,")
    names = ("mailing", "customer", "test group")
    rows = [
        {"id": str(number), **dict(zip(names, member.split(","), strict=True))}
        for number, member in enumerate(members)
    ]
    path = folder / f"campaign_members.{file_format}"
    match file_format:
        case "csv":
            path.write_text(csv_text(rows), newline="")
        case "jsonl":
            path.write_text(jsonl_text(rows))
        case _:
            pq.write_table(parquet_table(rows), path)
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text(
        "campaign_members:\n"
        "  columns: {campaign_id: mailing, client_id: customer, arm: test group}\n"
        "  where: mailing is distinct from '2'\n"
    )
    with duckdb.connect() as connection:
        load_raw(connection, open_source(f"files:{folder}", tmp_path, mapping), DEFAULTS)
        found = connection.execute("from raw.campaign_members order by all").fetchall()
    assert found == [
        (1, "1", "2", "control", None),
        (1, "1", "3", None, None),
        (1, None, "3", None, None),
        (2, "1", "2", "control", None),
    ]
