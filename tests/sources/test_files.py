"""Files however they are written: the rows are those of plain CSV files."""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
from support.folders import LEDGER, PROGRAMME, Table, csv_text, jsonl_text, ledger_of, packed
from support.replay import DEFAULTS

from orchestration.errors import SourceError
from orchestration.pull.load_raw import EarlierRuns, load_raw
from orchestration.sources.contract import ENTITIES, Entity
from orchestration.sources.files.folder import FilesSource

TEXTS: dict[str, tuple[Callable[[Table], bytes], str]] = {
    "semicolons": (lambda rows: csv_text(rows, ";").encode(), "separated by semicolons"),
    "tabs": (lambda rows: csv_text(rows, "\t").encode(), "separated by tabs"),
    "sep=": (lambda rows: ("sep=|\r\n" + csv_text(rows, "|")).encode(), "separated by '|'"),
    "sep=,": (lambda rows: ("SEP=,\n" + csv_text(rows)).encode(), ""),
    "UTF-8 with a mark": (lambda rows: csv_text(rows).encode("utf-8-sig"), ""),
    "UTF-16, little end first": (lambda rows: csv_text(rows).encode("utf-16"), "UTF-16"),
    "UTF-16, big end first": (
        lambda rows: b"\xfe\xff" + csv_text(rows, ";").encode("utf-16-be"),
        "separated by semicolons, UTF-16",
    ),
    "upper case": (
        lambda rows: csv_text(rows, header=str.upper).encode(),
        "'ID' read as id",
    ),
    "blanks around names": (
        lambda rows: csv_text(rows, header=lambda name: f" {name} ").encode(),
        "' id ' read as id",
    ),
}


@pytest.mark.parametrize("kind", TEXTS)
def test_csv_is_read_however_it_is_separated_encoded_and_headed(
    kind: str, folder: Path, expected: list[tuple], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "orchestration")
    spell, told = TEXTS[kind]
    for entity, rows in PROGRAMME.items():
        (folder / f"{entity}.csv").write_bytes(spell(rows))
    assert ledger_of(folder) == expected
    (*said,) = (m for m in caplog.messages if m.startswith("loyalty_transactions.csv:"))
    assert said == [] if not told else told in said[0] and len(said) == 1


@pytest.mark.parametrize("suffix", [".csv.gz", ".csv.zst", ".jsonl", ".jsonl.gz", ".jsonl.zst"])
def test_packed_files_are_read(suffix: str, folder: Path, expected: list[tuple]) -> None:
    for entity, rows in PROGRAMME.items():
        (folder / f"{entity}.csv").unlink()
        content = (csv_text(rows) if "csv" in suffix else jsonl_text(rows)).encode()
        (folder / f"{entity}{suffix}").write_bytes(packed(content, suffix))
    assert ledger_of(folder) == expected


@pytest.mark.parametrize("suffix", [".csv.gz", ".csv.zst"])
@pytest.mark.parametrize("damage", [lambda text: text[:-9], lambda text: b"no such thing" + text])
def test_a_packed_file_that_is_damaged_is_named(
    suffix: str, damage: Callable[[bytes], bytes], folder: Path
) -> None:
    (folder / f"{LEDGER}.csv").unlink()
    content = packed(csv_text(PROGRAMME[LEDGER] * 3000).encode(), suffix)
    (folder / f"{LEDGER}{suffix}").write_bytes(damage(content))
    with pytest.raises(SourceError, match=f"{LEDGER}{suffix} can't be read: "):
        ledger_of(folder)


def test_text_that_can_not_be_decoded_costs_its_own_row(folder: Path) -> None:
    text = csv_text(PROGRAMME[LEDGER]).encode("utf-16")
    (folder / f"{LEDGER}.csv").write_bytes(
        text.replace(b"s\x002\x003\x00", b"s\x00\x00\xd8-\x00") + b"9"
    )
    lines = [row for row in ledger_of(folder) if row[-1] is not None]
    assert len(lines) == 2
    (broken,) = [row for row in lines if row[-1].startswith("23,")]
    assert broken[:-1] == (None,) * 8
    assert broken[-1].endswith(r"\xff-")


def test_jsonl_in_utf_16_costs_broken_rows_alone(folder: Path, expected: list[tuple]) -> None:
    (folder / f"{LEDGER}.csv").unlink()
    text = jsonl_text(PROGRAMME[LEDGER]).replace('"s7"', '"\ud800"')
    (folder / f"{LEDGER}.jsonl").write_bytes(text.encode("utf-16", "surrogatepass"))
    rows = ledger_of(folder)
    assert [row for row in rows if row[-1] is None] == [row for row in expected if row[0] != "7"]
    assert len(rows) == len(expected)


def test_a_header_that_changes_before_the_rows_are_read_stops_the_pull(folder: Path) -> None:
    class Rewritten(FilesSource):
        """A folder whose ledger is written anew, its columns in another order."""

        def has(self, entity: Entity) -> bool:
            rows = [dict(reversed(row.items())) for row in PROGRAMME[LEDGER]]
            if entity is ENTITIES[-1]:  # the last that is asked for
                (folder / f"{LEDGER}.csv").write_text(csv_text(rows), newline="")
            return super().has(entity)

    with (
        duckdb.connect() as connection,
        pytest.raises(SourceError, match=r"csv can't be read: its header changed"),
    ):
        load_raw(connection, Rewritten(folder), DEFAULTS)


@pytest.mark.parametrize(
    ("header", "told"),
    [
        (
            "id,website_id,client",
            "lacks the required columns client_id, points, transaction_type, timestamp;"
            " loyalty_transactions.csv has id, website_id, client",
        ),
        ("", "loyalty_transactions.csv has no columns"),
        ("id\u202e,b\x1b[31m", r"loyalty_transactions.csv has 'id\u202e', 'b\x1b[31m'"),
        ("id|website_id", "loyalty_transactions.csv has id|website_id"),
        (",".join(["id"] * 2 + list(PROGRAMME[LEDGER][0])), "it has 3 columns id (id); keep one"),
        ("ID,Id," + ",".join(list(PROGRAMME[LEDGER][0])[1:]), "it has 2 columns id (ID, Id)"),
    ],
)
def test_a_refusal_shows_the_header(header: str, told: str, folder: Path) -> None:
    (folder / f"{LEDGER}.csv").write_text(f"{header}\n")
    with pytest.raises(SourceError) as raised:
        ledger_of(folder)
    assert told in str(raised.value)


def test_a_json_key_counts_as_written_before_it_counts_in_other_case(folder: Path) -> None:
    (folder / f"{LEDGER}.csv").unlink()
    row: dict[str, Any] = PROGRAMME[LEDGER][0]
    both = row | {"ID": "900"}
    other = {key.upper(): value for key, value in row.items()} | {"ID": "2"}
    unclear = {key: value for key, value in row.items() if key != "id"} | {"ID": "3", "Id": "4"}
    (folder / f"{LEDGER}.jsonl").write_text(jsonl_text([both, other, unclear]))
    found = ledger_of(folder)
    assert [row[0] for row in found] == ["1", "2", None]
    assert '"Id": "4"' in found[2][-1]


def test_a_column_that_came_is_told_of(folder: Path) -> None:
    with duckdb.connect() as connection:
        first = load_raw(connection, FilesSource(folder), DEFAULTS)
        assert first.extra_columns[LEDGER] == ["shelf"]
        rows = [row | {"note": "x"} for row in PROGRAMME["clients"]]
        (folder / "clients.csv").write_text(csv_text(rows), newline="")
        load_raw(
            connection,
            FilesSource(folder),
            DEFAULTS,
            EarlierRuns(known_columns=first.extra_columns),
        )
        assert connection.execute("select added_columns from raw.settings").fetchone() == (
            ["clients.note"],
        )
