"""The mapping file: what it may say, and the line that is named where it says anything else."""

from pathlib import Path

import pytest

from orchestration.errors import UsageError
from orchestration.sources.mapping import Mapped, read_mapping


def read(folder: Path, text: str) -> dict[str, Mapped]:
    path = folder / "mapping.yaml"
    path.write_text(text)
    return read_mapping(path)


def test_tables_columns_and_selects_are_read(tmp_path: Path) -> None:
    mapped = read(
        tmp_path,
        "loyalty_transactions:\n"
        "  table: crm.ledger\n"
        "  columns: {client_id: customer, timestamp: booked at}\n"
        "wallet_conversions:\n"
        "  select: |\n"
        "    select * from payouts;\n",
    )
    assert mapped == {
        "loyalty_transactions": Mapped(
            table="crm.ledger", columns={"client_id": "customer", "timestamp": "booked at"}
        ),
        "wallet_conversions": Mapped(select="select * from payouts"),
    }


def test_an_empty_file_maps_nothing(tmp_path: Path) -> None:
    assert read(tmp_path, "# nothing yet\n") == {}


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("clients:\n  table: a\nclinets:\n  table: b\n", 3, "'clinets' is unknown in the mapping"),
        ("clients:\n  tabel: a\n", 2, "'tabel' is unknown in clients"),
        ("clients:\n  columns:\n    name: a\n", 3, "'name' is unknown in columns"),
        ("clients:\n  table: a\nclients:\n  table: b\n", 3, "'clients' is there twice"),
        ("clients:\n  table: [a]\n", 2, "table must be a text"),
        ("clients:\n  table: ''\n", 2, "table must be a text"),
        ("clients: crm\n", 1, "clients must be a mapping of table, select, columns, where"),
        (
            "clients:\n  select: select 1\n  table: a\n",
            2,
            "leaves no room for table, columns",
        ),
        ("- clients\n", 1, "the mapping must be a mapping of websites, clients"),
        ("? [a, b]\n: {table: c}\n", 1, "is unknown in the mapping"),
        ("clients:\n  table: 'a\n", 3, "this is no YAML"),
    ],
)
def test_a_fault_is_told_with_its_line(tmp_path: Path, text: str, line: int, told: str) -> None:
    with pytest.raises(UsageError) as raised:
        read(tmp_path, text)
    assert str(raised.value).startswith(f"{tmp_path / 'mapping.yaml'}:{line}: ")
    assert told in str(raised.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"nowhere\.yaml can't be read: No such file"):
        read_mapping(tmp_path / "nowhere.yaml")
