"""When clocks are changed: all timezones, and the instants around each change."""

import struct
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.resources import files
from itertools import pairwise
from zoneinfo import ZoneInfo

import duckdb
import numpy as np
import pandas as pd

HEADER = 44
DAY = 86_400
LAST_LISTED_YEAR, LAST_YEAR = 2037, 2199


def known_timezones() -> list[str]:
    """Those that both the sources' calendar and DuckDB's know."""
    listed = files("tzdata").joinpath("zones").read_text().split()
    known = duckdb.sql("select name from pg_timezone_names()").fetchall()
    return sorted({name for (name,) in known}.intersection(listed))


def listed_changes(tzif: bytes) -> tuple[int, ...]:
    """The seconds since 1970 at which clocks are changed, from IANA's file format (RFC 8536)."""

    def counts(start: int) -> tuple[int, ...]:
        return struct.unpack_from(">6l", tzif, start + 20)

    ut_flags, wall_flags, leaps, changes, types, letters = counts(0)
    second = HEADER + 5 * changes + 6 * types + letters + 8 * leaps + wall_flags + ut_flags
    return struct.unpack_from(f">{counts(second)[3]}q", tzif, second + HEADER)


def later_changes(timezone: str) -> Iterator[int]:
    """The changes after those listed: from then on there is one in each half of a year, or none."""
    zone = ZoneInfo(timezone)
    half_years = [
        int(datetime(year, month, 1, tzinfo=UTC).timestamp())
        for year in range(LAST_LISTED_YEAR, LAST_YEAR + 1)
        for month in (1, 7)
    ]

    def offset(second: int) -> object:
        return datetime.fromtimestamp(second, zone).utcoffset()

    for low, high in pairwise(half_years):
        if offset(low) == offset(high):
            continue
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if offset(middle) == offset(low) else (low, middle)
        yield high


def changes_by_timezone(timezones: list[str]) -> dict[str, set[int]]:
    """All changes up to 2199; timezones whose files end alike follow one rule after the list."""
    later: dict[bytes, set[int]] = {}
    changes = {}
    for timezone in timezones:
        tzif = files("tzdata.zoneinfo").joinpath(timezone).read_bytes()
        rule = tzif.splitlines()[-1]
        if rule not in later:
            later[rule] = set(later_changes(timezone))
        changes[timezone] = {*listed_changes(tzif), *later[rule]}
    return changes


def instants_around(changes: dict[str, set[int]]) -> pd.DataFrame:
    """The microseconds around each change, and around both ends of its UTC date."""
    website_id = np.repeat(np.arange(len(changes)), [len(seconds) for seconds in changes.values()])
    second = np.array([second for seconds in changes.values() for second in seconds])
    midnight = second // DAY * DAY
    return pd.concat(
        pd.DataFrame({"website_id": website_id, "microseconds": instant * 1_000_000 + shift})
        for instant in (second, midnight, midnight + DAY)
        for shift in (-1, 0, 1)
    )
