"""A small programme as plain CSV files."""

from pathlib import Path

import pytest
from support.folders import LEDGER, PROGRAMME, ledger_of, write_programme


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
