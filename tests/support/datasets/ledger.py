"""What tests do to a dataset, and when in its history."""

import re
from datetime import date, timedelta
from pathlib import Path

from support.datasets.vocabulary import LAST_MOMENT

RECORD = re.compile(r'(?:"[^"]*"|[^"\n])+')
"""What stands between line ends that aren't quoted."""


def mid_history() -> date:
    """A business date with events before and after it, for runs that are given an as_of."""
    return (LAST_MOMENT - timedelta(days=100)).date()


def change_ledger(source: Path) -> None:
    """Let rows of a CSV ledger go, and others come twice."""
    ledger = source / "loyalty_transactions.csv"
    header, *rows = csv_records(ledger)
    ledger.write_text("\n".join([header, *rows[:200], *rows[230:], *rows[300:310]]) + "\n")


def csv_records(path: Path) -> list[str]:
    """The header and records of a CSV file of a dataset, each whole, whatever its lines."""
    return RECORD.findall(path.read_text(encoding="utf-8-sig"))
