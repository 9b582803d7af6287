"""Files to cells: every value becomes the text it is validated by, or null."""

import csv
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from support.recount.contract import (
    CONTRACT,
    EPOCH,
    OPTIONAL_ENTITIES,
    Cells,
    JsonValue,
    UnusableSourceError,
)
from support.recount.strict_json import compact, parse_json


def _csv_cells(path: Path) -> tuple[set[str] | None, list[Cells | None]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        records = [record for record in csv.reader(file) if record]
    header = records[0] if records else []
    rows: list[Cells | None] = []
    for record in records[1:]:
        if len(record) != len(header):
            rows.append(None)
        else:
            rows.append({name: field or None for name, field in zip(header, record, strict=True)})
    return set(header), rows


def _json_cell(name: str, value: JsonValue) -> str | None:
    """The text of a JSON value. Only `config` can be an object or a list."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    return compact(value) if name == "config" else None


def _jsonl_cells(path: Path) -> tuple[set[str] | None, list[Cells | None]]:
    names: set[str] = set()
    rows: list[Cells | None] = []
    for line in path.read_bytes().decode("utf-8-sig").split("\n"):
        if not line.strip(" \t\r"):
            continue
        try:
            value = parse_json(line)
        except ValueError:
            value = None
        if isinstance(value, dict):
            names.update(value)
            rows.append({name: _json_cell(name, part) for name, part in value.items()})
        else:
            rows.append(None)
    return names or None, rows


def _instant_text(microseconds: int | None) -> str | None:
    """The text of a native timestamp; null for infinity and what lies outside years 1 to 9999."""
    if microseconds is None:
        return None
    try:
        instant = EPOCH + timedelta(microseconds=microseconds)
    except OverflowError:
        return None
    return instant.isoformat(sep=" ", timespec="microseconds")


def _native_text(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) <= 2**53:
        return f"{int(value)}.0"
    if isinstance(value, float):
        return repr(value) if abs(value) <= 2**53 else f"{value:e}"
    if isinstance(value, Decimal):
        return format(value, "f")
    return str(value)


def _parquet_cells(path: Path) -> tuple[set[str] | None, list[Cells | None]]:
    table = pq.ParquetFile(path).read()
    texts: dict[str, list[str | None]] = {}
    for name in table.column_names:
        column = table.column(name)
        if pa.types.is_timestamp(column.type):
            instants = column.cast(pa.timestamp("us", column.type.tz), safe=False)
            texts[name] = [_instant_text(value) for value in instants.cast(pa.int64()).to_pylist()]
        else:
            texts[name] = [_native_text(value) for value in column.to_pylist()]
    rows = [{name: texts[name][at] for name in texts} for at in range(table.num_rows)]
    return set(texts), list(rows)


READERS = {".parquet": _parquet_cells, ".csv": _csv_cells, ".jsonl": _jsonl_cells}


def read_entity(source: Path, entity: str) -> list[Cells | None] | None:
    """The entity's rows (a broken line is None), or None where an optional entity is absent."""
    paths = [path for ending in READERS if (path := source / f"{entity}{ending}").exists()]
    if len(paths) > 1:
        raise UnusableSourceError(f"two files for {entity}")
    if not paths:
        if entity in OPTIONAL_ENTITIES:
            return None
        raise UnusableSourceError(f"no file for {entity}")
    names, rows = READERS[paths[0].suffix](paths[0])
    for column in CONTRACT[entity]:
        if column.required and names is not None and column.name not in names:
            raise UnusableSourceError(f"{entity} has no column {column.name}")
    return [row and {name: text or None for name, text in row.items()} for row in rows]
