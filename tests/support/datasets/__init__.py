"""A generator of small, hostile datasets that follow, and where asked break, the source contract.

The same seed always gives the same rows. Seeds differ in optional entities and columns, in how
values are spelled, and for Parquet in how columns are typed (see `write_dataset`).
"""

from support.datasets.dataset import write_dataset
from support.datasets.ledger import change_ledger, csv_records, mid_history
from support.datasets.vocabulary import KINDS, FileFormat

__all__ = [
    "KINDS",
    "FileFormat",
    "change_ledger",
    "csv_records",
    "mid_history",
    "write_dataset",
]
