"""Entities as Parquet."""

import random
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from support.datasets.spelling import spell
from support.datasets.text_files import Sheet
from support.datasets.vocabulary import KINDS, Raw


def _native_array(kind: str, values: list[Any], rng: random.Random) -> pa.Array:
    """The column with its native type; what the type can't hold becomes null."""
    if kind == "int":
        fits = [value if type(value) is int else None for value in values]
        return pa.array(fits, pa.int64())
    if kind in ("time", "event"):
        fits = [value if isinstance(value, datetime) else None for value in values]
        zone = rng.choice((None, "UTC", "America/New_York"))
        if zone is None:
            fits = [value and value.replace(tzinfo=None) for value in fits]
        return pa.array(fits, pa.timestamp("us", zone))
    if kind == "int32":
        return _small_int_array(values, rng)
    if kind == "decimal":
        fits = [value if isinstance(value, Decimal) else None for value in values]
        return pa.array(fits, pa.decimal128(18, 4))
    if kind == "share":
        fits = [value if isinstance(value, Decimal) else None for value in values]
        return pa.array(fits, pa.decimal128(30, 25))
    if kind == "bool":
        fits = [value if isinstance(value, bool) else None for value in values]
        return pa.array(fits, pa.bool_())
    texts = [None if value is None else str(value) for value in values]
    return pa.array(texts, pa.string())


def _small_int_array(values: list[Any], rng: random.Random) -> pa.Array:
    """Points as 64-bit integers, or as doubles or decimals, which can hold 12.5 as well."""
    way = rng.choice(("int64", "double", "decimal"))
    if way == "int64":
        return pa.array([value if type(value) is int else None for value in values], pa.int64())
    halves = [12.5 if value == Raw("12.5") else value for value in values]
    fits = [value if type(value) in (int, float) else None for value in halves]
    if way == "double":
        return pa.array([None if value is None else float(value) for value in fits], pa.float64())
    decimals = [None if value is None else Decimal(str(value)) for value in fits]
    return pa.array(decimals, pa.decimal128(20, 3))


def write_parquet(rng: random.Random, sheet: Sheet, path: Path, style: int) -> None:
    """Style 0: all columns are text; 1: all native; 2: native, but text where there is dirt."""
    arrays: dict[str, pa.Array] = {}
    for name in sheet.columns:
        values = [row[name] for row in sheet.rows]
        kind = KINDS[sheet.entity].get(name, "text").rstrip("?")
        has_dirt = any(isinstance(value, Raw) for value in values)
        if style == 0 or (style == 2 and has_dirt):
            texts = [None if value is None else spell(rng, value) for value in values]
            arrays[name] = pa.array(texts, pa.string())
        else:
            arrays[name] = _native_array(kind, values, rng)
    pq.write_table(pa.table(arrays), path)
