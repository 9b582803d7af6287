"""Entities as CSV and JSON lines."""

import csv
import io
import json
import random
import re
from dataclasses import dataclass

from support.datasets.spelling import spell
from support.datasets.vocabulary import Json, Row


@dataclass
class Sheet:
    """One entity as it will be written: the columns in their order, and the rows."""

    entity: str
    columns: list[str]
    rows: list[Row]


def csv_bytes(rng: random.Random, sheet: Sheet, dirty: bool) -> bytes:
    ending = rng.choice(("\n", "\r\n"))
    records = [
        ["" if row[name] is None else spell(rng, row[name]) for name in sheet.columns]
        for row in sheet.rows
    ]
    if dirty and records:
        records.insert(len(records) // 2, ["7"] * (len(sheet.columns) + 1))
        records.insert(len(records) // 3, ["7"] * (len(sheet.columns) - 1))
        records.insert(len(records) // 4, [])
    buffer = io.StringIO()
    quoting = rng.choice((csv.QUOTE_MINIMAL, csv.QUOTE_ALL))
    csv.writer(buffer, lineterminator=ending, quoting=quoting).writerows([sheet.columns, *records])
    text = buffer.getvalue()
    if rng.random() < 0.3:
        text = text.removesuffix(ending)
    return text.encode("utf-8-sig" if rng.random() < 0.3 else "utf-8")


JSON_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?")


def _json_token(rng: random.Random, value: object) -> str:
    if value is None:
        return "null"
    ascii_only = rng.random() < 0.5
    if isinstance(value, Json):
        return str(value) if rng.random() < 0.9 else json.dumps(str(value))
    if isinstance(value, bool):
        return ("true" if value else "false") if rng.random() < 0.8 else f'"{spell(rng, value)}"'
    text = spell(rng, value)
    is_number = JSON_NUMBER.fullmatch(text) is not None
    if is_number and type(value) is not str and rng.random() < 0.7:
        return text
    lone = re.search("[\ud800-\udfff]", text) is not None
    return json.dumps(text, ensure_ascii=ascii_only or lone)


def jsonl_bytes(rng: random.Random, sheet: Sheet, dirty: bool) -> bytes:
    lines = []
    for row in sheet.rows:
        named = [
            name
            for name in sheet.columns
            if row[name] is not None or name == "id" or rng.random() < 0.5
        ]
        cells = [f"{json.dumps(name)}: {_json_token(rng, row[name])}" for name in named]
        if rng.random() < 0.02:
            cells.insert(0, '"id": 1')
        lines.append("{" + ", ".join(cells) + "}")
    if dirty and lines:
        broken = ('{"id": 7', '{"id": 7,}', '{"id": NaN}', "[1]", "null", "{'id': 7}", "", " \t")
        for line in broken:
            lines.insert(rng.randint(0, len(lines)), line)
    ending = rng.choice(("\n", "\r\n"))
    text = ending.join(lines)
    if text and rng.random() < 0.7:
        text += ending
    return text.encode()
