"""A range that somebody asks about is refused in words that fit whatever it was asked for."""

from datetime import date

import pytest

from api_export.errors import UsageError
from api_export.payloads.date_ranges import complete_dates

AS_OF = date(2024, 3, 17)


@pytest.mark.parametrize(
    ("as_of", "date_from", "date_to", "told"),
    [
        (None, None, None, "there are no events yet, so nothing is known of any date"),
        (
            AS_OF,
            date(2024, 3, 2),
            date(2024, 3, 1),
            "there is no range from 2024-03-02 to 2024-03-01: a range begins on 1970-01-01 or"
            " later, ends by 2199-12-31, and doesn't end before it begins",
        ),
        (
            AS_OF,
            None,
            date(2024, 3, 18),
            "2024-03-18 lies after as_of, 2024-03-17: nothing is known of it yet",
        ),
    ],
)
def test_what_is_no_range_is_refused(
    as_of: date | None, date_from: date | None, date_to: date | None, told: str
) -> None:
    with pytest.raises(UsageError) as refused:
        complete_dates(as_of, date_from, date_to)
    assert str(refused.value) == told
