"""A folder of files, however they are written: the rows are those of plain CSV files."""

import csv
import gzip
import io
import json
import logging
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support.replay import DEFAULTS

from orchestration.errors import SourceError
from orchestration.pull.transaction import EarlierRuns, delivered_columns, load_raw
from orchestration.sources import open_source
from orchestration.sources.contract import ENTITIES, Entity
from orchestration.sources.files.folder import FilesSource

Table = list[dict[str, str]]

PROGRAMME: dict[str, Table] = {
    "websites": [{"id": "1", "name": 'Café; or\tnot, "quoted"'}, {"id": "2", "name": "two\nlines"}],
    "clients": [{"id": str(n), "website_id": str(1 + n % 2)} for n in range(1, 9)],
    "loyalty_tiers": [{"id": "1", "website_id": "1", "name": "Gold", "threshold": "100"}],
    "loyalty_transactions": [
        {
            "id": str(n),
            "website_id": str(1 + n % 2),
            "client_id": str(1 + n % 8),
            "points": str(n),
            "transaction_type": "add",
            "reason": "naïve, ; 🎁" if n % 3 else "",
            "timestamp": f"2024-0{1 + n % 3}-01 10:00:00",
            "shelf": f"s{n}",
        }
        for n in range(1, 41)
    ],
    "redemption_categories": [{"id": "1", "website_id": "1", "name": "Food"}],
    "redemption_items": [
        {"id": "1", "website_id": "1", "category_id": "1", "name": "Tea", "points_required": "5"}
    ],
    "redemption_requests": [
        {
            "id": "1",
            "website_id": "1",
            "client_id": "2",
            "item_id": "1",
            "points_used": "5",
            "status": "pending",
            "requested_at": "2024-02-01 10:00:00",
        }
    ],
}
LEDGER = "loyalty_transactions"


def csv_text(rows: Table, delimiter: str = ",", header: Callable[[str], str] = str) -> str:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\r\n")
    writer.writerow(map(header, rows[0]))
    writer.writerows(row.values() for row in rows)
    return text.getvalue()


def jsonl_text(rows: Table) -> str:
    return "".join(f"{json.dumps({k: v or None for k, v in row.items()})}\n" for row in rows)


def parquet_table(rows: Table) -> pa.Table:
    return pa.table({name: [row[name] or None for row in rows] for name in rows[0]})


def write_programme(folder: Path, programme: dict[str, Table] = PROGRAMME) -> Path:
    folder.mkdir(exist_ok=True)
    for entity, rows in programme.items():
        (folder / f"{entity}.csv").write_text(csv_text(rows), newline="")
    return folder


def ledger_of(folder: Path, mapping: Path | None = None) -> list[tuple]:
    """The ledger as it arrives in raw, as text; and the other entities are there too."""
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        load_raw(connection, open_source(f"files:{folder}", folder, mapping), DEFAULTS)
        assert len(connection.table("raw.clients")) == 8
        assert connection.execute("select name from raw.websites order by id").fetchall() == [
            (row["name"],) for row in PROGRAMME["websites"]
        ]
        return connection.execute(
            "select cast(columns(* exclude (_copy_number)) as varchar)"
            f" from raw.{LEDGER} order by try_cast(id as int), _line"
        ).fetchall()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The programme as plain CSV files."""
    return write_programme(tmp_path / "source")


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> list[tuple]:
    """The ledger of plain CSV files."""
    rows = ledger_of(write_programme(tmp_path_factory.mktemp("plain")))
    assert [row[0] for row in rows] == [row["id"] for row in PROGRAMME[LEDGER]]
    return rows


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


def packed(content: bytes, suffix: str) -> bytes:
    if suffix.endswith(".gz"):
        return gzip.compress(content)
    return pa.compress(content, "zstd", asbytes=True) if suffix.endswith(".zst") else content


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


def split_into(folder: Path, file_format: str) -> Path:
    """The ledger as a folder of files, below folders that tell the month and the website."""
    (folder / f"{LEDGER}.csv").unlink()
    parts: dict[tuple[str, str], Table] = {}
    for row in PROGRAMME[LEDGER]:
        told = (row["timestamp"][5:7], row["website_id"])
        kept = {name: value for name, value in row.items() if name != "website_id"}
        parts.setdefault(told, []).append(kept)
    for number, ((month, website), rows) in enumerate(parts.items()):
        path = folder / LEDGER / f"month={month}" / f"website_id={website}" / f"part-{number}"
        path.parent.mkdir(parents=True)
        match file_format:
            case "parquet":
                pq.write_table(parquet_table(rows), f"{path}.parquet")
            case "csv":
                Path(f"{path}.csv").write_text(csv_text(rows, ";" if number else ","), newline="")
            case _:
                Path(f"{path}.jsonl.gz").write_bytes(gzip.compress(jsonl_text(rows).encode()))
    (folder / LEDGER / "_SUCCESS").touch()
    (folder / LEDGER / ".part-0.crc").write_bytes(b"\0")
    return folder / LEDGER


@pytest.mark.parametrize("file_format", ["parquet", "csv", "jsonl"])
def test_an_entity_may_be_a_folder_whose_names_tell_columns(
    file_format: str, folder: Path, expected: list[tuple], tmp_path: Path
) -> None:
    parts = split_into(folder, file_format)
    assert ledger_of(folder) == expected
    mapping = tmp_path / "mapping.yaml"
    mapping.write_text(f"{LEDGER}: {{where: month = '02'}}\n")
    assert ledger_of(folder, mapping) == [row for row in expected if "-02-" in row[6]]
    source = FilesSource(folder)
    assert parts.name in source.origin(ENTITIES[3])
    with duckdb.connect() as connection:
        assert "month" not in delivered_columns(connection, source)[LEDGER]


def test_a_folder_tells_null_and_escaped_values(folder: Path, expected: list[tuple]) -> None:
    (folder / f"{LEDGER}.csv").unlink()
    for name, wanted in (
        ("reason=na%C3%AFve%2C %3B 🎁", True),
        ("reason=__HIVE_DEFAULT_PARTITION__", False),
    ):
        rows = [
            {key: value for key, value in row.items() if key != "reason"}
            for row in PROGRAMME[LEDGER]
            if bool(row["reason"]) is wanted
        ]
        path = folder / LEDGER / name
        path.mkdir(parents=True)
        pq.write_table(parquet_table(rows), path / "part.parquet")
    assert ledger_of(folder) == expected


def test_parts_may_type_a_column_differently_and_lose_no_digit(folder: Path) -> None:
    (folder / f"{LEDGER}.csv").unlink()
    (folder / LEDGER).mkdir()
    rows = PROGRAMME[LEDGER]
    large = 2**53 + 1
    for number, (ids, when) in enumerate(
        (
            (pa.array([1], pa.int32()), pa.array(["2024-02-29 10:00:00"])),
            (pa.array([large], pa.uint64()), pa.array([0], pa.timestamp("ns"))),
            (pa.array([3.0], pa.float64()), pa.array([0], pa.timestamp("us", "UTC"))),
            (pa.array(["4"]), pa.array([0], pa.date32())),
        )
    ):
        table = parquet_table(rows[:1])
        at = table.column_names.index
        table = table.set_column(at("id"), "id", ids).set_column(at("timestamp"), "timestamp", when)
        pq.write_table(table, folder / LEDGER / f"{number}.parquet")
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        load_raw(connection, FilesSource(folder), DEFAULTS)
        found = connection.execute(
            f"select id, timestamp from raw.{LEDGER} order by all"
        ).fetchall()
    assert found == [
        ("1", "2024-02-29 10:00:00"),
        ("3.0", "1970-01-01 00:00:00+00"),
        ("4", "1970-01-01 00:00:00"),
        (str(large), "1970-01-01 00:00:00"),
    ]


def into_folder(folder: Path, *names: str) -> None:
    """The ledger as copies in a folder of these names."""
    (folder / LEDGER).mkdir()
    for name in names:
        (folder / LEDGER / name).parent.mkdir(exist_ok=True)
        shutil.copy(folder / f"{LEDGER}.csv", folder / LEDGER / name)
    (folder / f"{LEDGER}.csv").unlink()


@pytest.mark.parametrize(
    ("names", "told"),
    [
        ([], "the folder loyalty_transactions/ has no files"),
        (["a.csv", "b.parquet"], "mixes formats: 'a.csv' and 'b.parquet'; keep one"),
        (["a.csv", "b.csv.bz2"], "has 'b.csv.bz2', which ends in none of .parquet, .csv, .csv.gz"),
        (["a.parquet", "_delta_log/0.json"], "is a Delta table, of which not all files count"),
    ],
)
def test_a_folder_that_is_no_entity_is_refused(names: list[str], told: str, folder: Path) -> None:
    into_folder(folder, *names)
    with pytest.raises(SourceError) as raised:
        FilesSource(folder)
    assert told in str(raised.value)


def test_a_file_beside_a_folder_of_the_same_entity_is_refused(folder: Path) -> None:
    into_folder(folder, "a.csv")
    shutil.copy(folder / LEDGER / "a.csv", folder / f"{LEDGER}.csv.gz")
    with pytest.raises(SourceError, match=r"csv\.gz and loyalty_transactions/ are 2 deliveries"):
        FilesSource(folder)


def add(parts: Path) -> None:
    shutil.copy(parts / "month=01/website_id=1/part-5.parquet", parts / "new.parquet")


def remove(parts: Path) -> None:
    (parts / "month=01/website_id=1/part-5.parquet").unlink()


def touch(parts: Path) -> None:
    path = parts / "month=01/website_id=1/part-5.parquet"
    path.write_bytes(path.read_bytes())
    path.touch()


@pytest.mark.parametrize("change", [add, remove, touch])
def test_a_folder_that_changes_while_it_is_read_stops_the_pull(
    change: Callable[[Path], None], folder: Path
) -> None:
    parts = split_into(folder, "parquet")

    class Changing(FilesSource):
        """A folder whose files change during the pull."""

        def replaced(self) -> list[str]:
            change(parts)
            return super().replaced()

    with duckdb.connect() as connection:
        with pytest.raises(SourceError, match=r"loyalty_transactions/.*parquet changed while"):
            load_raw(connection, Changing(folder), DEFAULTS)
        assert connection.execute("select table_name from duckdb_tables()").fetchall() == []


def test_a_header_that_changes_before_the_rows_are_read_stops_the_pull(folder: Path) -> None:
    class Rewritten(FilesSource):
        """A folder whose ledger is written anew, its columns in another order."""

        def has(self, entity: Entity) -> bool:
            rows = [dict(reversed(row.items())) for row in PROGRAMME[LEDGER]]
            if entity.name == "dashboard_widgets":  # the last that is asked for
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


def test_each_part_must_have_the_required_columns(folder: Path) -> None:
    into_folder(folder, "a.csv", "b.csv")
    (folder / LEDGER / "b.csv").write_text("id,points\n1,2\n")
    with pytest.raises(SourceError, match=r"loyalty_transactions/b\.csv has id, points"):
        ledger_of(folder)


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
