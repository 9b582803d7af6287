"""The mapping file: what it may say, and the line that is named where it says anything else."""

from pathlib import Path

import pytest

from orchestration.errors import UsageError
from orchestration.sources.mapping import Mapped
from orchestration.sources.mapping_file import read_mapping

LEDGER = "loyalty_transactions:\n"


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


def test_conventions_are_read(tmp_path: Path) -> None:
    mapped = read(
        tmp_path,
        "loyalty_transactions:\n"
        "  where: is_deleted = 0;\n"
        "  transaction_types: {earn: add, Ausgabe: deduct, 7: by_sign}\n"
        "  sign: positive_debits\n"
        "clients:\n"
        "  where: deleted_at is null\n",
    )
    types = {"earn": "add", "Ausgabe": "deduct", "7": "by_sign"}
    assert mapped == {
        "loyalty_transactions": Mapped(
            where="is_deleted = 0", transaction_types=types, has_positive_debits=True
        ),
        "clients": Mapped(where="deleted_at is null"),
    }


@pytest.mark.parametrize(
    ("mapped", "rows"),
    [
        (Mapped(), []),
        (
            Mapped(has_positive_debits=True),
            [("redeem", "redeem", -1), ("deduct", "deduct", -1)],
        ),
        (
            Mapped(transaction_types={"spend": "redeem", "fix": "by_sign"}),
            [("spend", "redeem", 1), ("fix", "by_sign", 1)],
        ),
        (
            Mapped(
                transaction_types={"spend": "redeem", "earn": "add", "deduct": "by_sign"},
                has_positive_debits=True,
            ),
            [
                ("redeem", "redeem", -1),
                ("deduct", "by_sign", 1),
                ("spend", "redeem", -1),
                ("earn", "add", 1),
            ],
        ),
    ],
)
def test_positive_debits_negate_what_is_a_debit_by_its_type(
    mapped: Mapped, rows: list[tuple[str, str, int]]
) -> None:
    assert mapped.type_rows() == rows


def test_an_empty_file_maps_nothing(tmp_path: Path) -> None:
    assert read(tmp_path, "# nothing yet\n") == {}


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("clients:\n  table: a\nclinets:\n  table: b\n", 3, "'clinets' is unknown in the mapping"),
        ("clients:\n  tabel: a\n", 2, "'tabel' is unknown in clients"),
        ("clients:\n  columns:\n    name: a\n", 3, "'name' is unknown in columns"),
        ("clients:\n  table: a\nclients:\n  table: b\n", 3, "'clients' is there twice"),
        ("clients:\n  table: [a]\n", 2, "table must be text"),
        ("clients:\n  table: ''\n", 2, "table must be text"),
        ("clients:\n  select: select 1\n  where: a\n", 2, "leaves no room for table, columns"),
        ("clients:\n  where: ''\n", 2, "where must be text"),
        ("clients:\n  sign: positive_debits\n", 2, "sign is for loyalty_transactions alone"),
        ("clients:\n  points_scale: 100\n", 2, "points are whole numbers; deliver hundredths"),
        (f"{LEDGER}  sign: negative\n", 2, "sign must be positive_debits"),
        (f"{LEDGER}  transaction_types: add\n", 2, "transaction_types must be a mapping"),
        (f"{LEDGER}  transaction_types:\n    a: b\n", 3, "a must be add or redeem or deduct or by"),
        (f"{LEDGER}  transaction_types:\n    a: add\n    a: add\n", 4, "'a' is there twice"),
        (f"{LEDGER}  transaction_types:\n    '': add\n", 3, "'' is unknown in transaction_types"),
        (f"{LEDGER}  transaction_types:\n    a: [add]\n", 3, "a must be add or redeem"),
        ("clients: crm\n", 1, "clients must be a mapping of table, select, columns, where"),
        (
            "clients:\n  select: select 1\n  table: a\n",
            2,
            "leaves no room for table, columns",
        ),
        ("- clients\n", 1, "the mapping must be a mapping of websites, clients"),
        ("? [a, b]\n: {table: c}\n", 1, "is unknown in the mapping"),
        ("clients:\n  table: 'a\n", 3, "this isn't YAML"),
    ],
)
def test_a_fault_is_told_with_its_line(tmp_path: Path, text: str, line: int, told: str) -> None:
    with pytest.raises(UsageError) as raised:
        read(tmp_path, text)
    assert str(raised.value).startswith(f"{tmp_path / 'mapping.yaml'}:{line}: ")
    assert told in str(raised.value)


@pytest.mark.parametrize("key", ["table", "select"])
def test_what_places_tables_is_refused_for_files(key: str, tmp_path: Path) -> None:
    path = tmp_path / "mapping.yaml"
    path.write_text(f"clients:\n  where: a\n  {key}: b\n")
    with pytest.raises(UsageError) as raised:
        read_mapping(path, is_for_files=True)
    assert str(raised.value) == (
        f"{path}:3: {key} is for databases; clients comes from files, which take columns, where"
    )


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"nowhere\.yaml can't be read: No such file"):
        read_mapping(tmp_path / "nowhere.yaml")
