"""The limits that more than one part keeps: how long, how many, how large, and why.

Each stands here for Python, in `dbt_project/macros/limits.sql` for the models and in
`page/read.js` for the page, which can't import it; `tests/payloads/test_limits.py` holds the three
equal. What bounds one part alone, such as the size of a request, stands with that part.
"""

from datetime import date

MAX_DAYS = 3660
"""Days that a window may have: ten years with their leap days. So far back each day's figures are
kept at hand, and a gap between events that no window could span is taken for an error."""
DEFAULT_DAYS = 30
"""Days of a window for which nothing else is requested."""
MAX_DAYS_AHEAD = 90
"""Days that are forecast: a quarter, beyond which the errors of the past say little."""
DEFAULT_DAYS_AHEAD = 30
"""Days ahead for which nothing else is requested."""
MAX_LIMIT = 100
"""Items that a list of top redemptions may have: what a page can show."""
DEFAULT_LIMIT = 10
"""Items of such a list for which nothing else is requested."""

FIRST_DATE = date(1970, 1, 1)
"""An earlier event is a mistake: it is what a clock that was never set shows, or worse."""
LAST_DATE = date(2199, 12, 31)
"""A later event is one too. Days since 1970 have at most five digits up to it, which the ids of
analytics records rely on."""

MIN_INT64, MAX_INT64 = -(2**63), 2**63 - 1
"""Ids and positions are the `bigint` of the sources and of DuckDB."""
MAX_EXACT_FLOAT = 2**24
MAX_EXACT_DOUBLE = 2**53
"""Beyond these a floating-point number of 32 or 64 bits stands for several whole numbers, so an id
in such a column can't be read. JavaScript's numbers are of the latter kind."""
MAX_READABLE_WEBSITE = MAX_EXACT_DOUBLE // 10**10
"""The last website whose records have ids that read back to it, website × 10¹⁰ + two days of five
digits each, and that JavaScript counts exactly."""

FIRST_CREATED_ID = 9 * 10**15
"""From here on lie the ids of widgets created through the API: exact in JavaScript, and far from
those that any source counts up to."""
LAST_CREATED_ID = FIRST_CREATED_ID + 10**12 - 1
"""A row of the source with an id up to here is quarantined, so the two never collide."""
