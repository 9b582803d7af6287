"""Local times equal those of the calendar itself, for every timezone and around each change."""

import duckdb
import pandas as pd
from support.clocks import DAY, changes_by_timezone, instants_around, known_timezones
from support.macros import project_macros


def test_local_times_are_the_calendars_around_every_change_of_the_clocks() -> None:
    connection = duckdb.connect()
    connection.execute("set timezone = 'UTC'")
    changes = changes_by_timezone(known_timezones())
    for timezone, seconds in changes.items():
        dates = {second // DAY for second in seconds}
        assert len(dates) == len(seconds), f"{timezone} changes its clocks twice in one UTC date"

    websites = pd.DataFrame({"website_id": range(len(changes)), "timezone": list(changes)})
    instants = instants_around(changes)
    connection.register("websites", websites).register("instants", instants)
    macros = project_macros("local_time.sql")
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
