"""Local times equal those of the calendar itself, for every timezone and around each change."""

import struct
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.resources import files
from itertools import pairwise
from zoneinfo import ZoneInfo

import duckdb
import numpy as np
import pandas as pd
from support.macros import duckdb_macros

HEADER = 44
DAY = 86_400
LAST_LISTED_YEAR, LAST_YEAR = 2037, 2199


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


def test_local_times_are_the_calendars_around_every_change_of_the_clocks() -> None:
    connection = duckdb.connect()
    connection.execute("set timezone = 'UTC'")
    known = {name for (name,) in connection.sql("select name from pg_timezone_names()").fetchall()}
    changes = changes_by_timezone(
        sorted(known.intersection(files("tzdata").joinpath("zones").read_text().split()))
    )
    for timezone, seconds in changes.items():
        dates = {second // DAY for second in seconds}
        assert len(dates) == len(seconds), f"{timezone} changes its clocks twice in one UTC date"

    websites = pd.DataFrame({"website_id": range(len(changes)), "timezone": list(changes)})
    instants = instants_around(changes)
    connection.register("websites", websites).register("instants", instants)
    macros = duckdb_macros("local_time.sql")
    different = connection.execute(
        f"""
        with flagged as (
            select website_id, make_timestamptz(microseconds) as happened_at, true as is_readable
            from instants
        ),
        utc_offsets as ({macros.utc_offsets("happened_at")})
        select timezone, happened_at, {macros.local_time("happened_at")} as local_time
        from flagged
        inner join websites on flagged.website_id = websites.website_id
        inner join utc_offsets
            on flagged.website_id = utc_offsets.website_id
            and {macros.utc_date("happened_at")} = utc_offsets.utc_date
        where local_time is distinct from timezone(timezone, happened_at)
        """
    ).fetchall()
    assert len(changes) > 500
    assert len(instants) > 500_000
    assert different == []
