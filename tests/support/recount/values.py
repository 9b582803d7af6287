"""Cells to values (source-contract.md, "Reading values")."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from fractions import Fraction
from typing import Any

from support.recount.contract import CONTRACT, Cells, JsonValue, Row
from support.recount.strict_json import has_lone_surrogate, parse_json

INT = re.compile(r"([+-]?)0*([0-9]+?)(\.0+)?")
DECIMAL = re.compile(r"[+-]?[0-9]+(\.[0-9]{1,2}0*)?")
SHARE = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")
TIME = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[T ]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]{1,6}))?"
    r"(?:Z|([+-])([0-9]{2})(?::?([0-9]{2}))?)?"
)
TRUE_WORDS = {"t", "true", "y", "yes", "1"}
FALSE_WORDS = {"f", "false", "n", "no", "0"}


def _read_int(text: str, least: int, most: int) -> int | None:
    match = INT.fullmatch(text)
    if match is None or len(match[2]) > 19:
        return None
    value = int(match[1] + match[2])
    return value if least <= value <= most else None


def _read_decimal(text: str) -> Fraction | None:
    if DECIMAL.fullmatch(text) is None:
        return None
    value = Fraction(text)
    return value if abs(value) < 10**10 else None


def _read_share(text: str) -> Fraction | None:
    """Any decimals, without an exponent, between 0 and 1."""
    if SHARE.fullmatch(text) is None:
        return None
    value = Fraction(text)
    return value if 0 < value < 1 else None


def _read_bool(text: str) -> bool | None:
    if text.lower() in TRUE_WORDS:
        return True
    return False if text.lower() in FALSE_WORDS else None


def read_time(text: str) -> datetime | None:
    """The instant in UTC; null too for one outside the years 1 to 9999."""
    match = TIME.fullmatch(text)
    if match is None:
        return None
    day, hour, minute, second, fraction, sign, offset_hours, offset_minutes = match.groups()
    if int(offset_hours or 0) > 23 or int(offset_minutes or 0) > 59:
        return None
    offset = timedelta(hours=int(offset_hours or 0), minutes=int(offset_minutes or 0))
    zone = timezone(-offset if sign == "-" else offset)
    micros = int((fraction or "").ljust(6, "0"))
    try:
        at = date.fromisoformat(day)
        local = datetime(at.year, at.month, at.day, int(hour), int(minute), int(second), micros)
        return local.replace(tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _read_config(text: str) -> JsonValue:
    try:
        value = parse_json(text)
    except ValueError:
        return None
    return None if has_lone_surrogate(value) else value


READ: dict[str, Callable[[str], Any]] = {
    "text": str,
    "int64": lambda text: _read_int(text, -(2**63), 2**63 - 1),
    "int32": lambda text: _read_int(text, -(2**31), 2**31 - 1),
    "decimal": _read_decimal,
    "bool": _read_bool,
    "time": read_time,
    "json": _read_config,
    "share": _read_share,
    "arm": str,
}


def read_row(entity: str, cells: Cells) -> Row:
    row: Row = {}
    for column in CONTRACT[entity]:
        text = cells.get(column.name)
        unreadable = text is None or has_lone_surrogate(text)
        row[column.name] = None if unreadable else READ[column.kind](text)
        if column.kind == "arm" and row[column.name] is None:
            row[column.name] = "treatment"
    return row
