"""An entity as a folder of files: its parts, the columns that its names tell, and its changes."""

import gzip
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support.folders import LEDGER, PROGRAMME, Table, csv_text, jsonl_text, ledger_of, parquet_table
from support.replay import DEFAULTS

from orchestration.errors import SourceError
from orchestration.pull.load_raw import delivered_columns, load_raw
from orchestration.sources.contract import ENTITIES
from orchestration.sources.files.folder import FilesSource


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
def test_a_folder_that_is_not_an_entity_is_refused(
    names: list[str], told: str, folder: Path
) -> None:
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


def test_each_part_must_have_the_required_columns(folder: Path) -> None:
    into_folder(folder, "a.csv", "b.csv")
    (folder / LEDGER / "b.csv").write_text("id,points\n1,2\n")
    with pytest.raises(SourceError, match=r"loyalty_transactions/b\.csv has id, points"):
        ledger_of(folder)
