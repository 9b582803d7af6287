"""A range that somebody asks about is refused in words that fit whatever it was asked for."""

from datetime import date

import pytest

from api_export.errors import UsageError
from api_export.payloads.date_ranges import DateRange, complete_dates, complete_window
from api_export.payloads.limits import FIRST_DATE

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


@pytest.mark.parametrize(
    ("days", "date_from", "date_to", "dates"),
    [
        (None, None, date(2024, 1, 31), (date(2024, 1, 2), date(2024, 1, 31))),
        (7, None, date(2024, 1, 31), (date(2024, 1, 25), date(2024, 1, 31))),
        (7, None, date(1970, 1, 3), (FIRST_DATE, date(1970, 1, 3))),
        (None, date(2024, 3, 17), None, (AS_OF, AS_OF)),
        (None, date(2014, 3, 11), None, (date(2014, 3, 11), AS_OF)),
    ],
)
def test_a_range_in_the_place_of_a_window_is_completed(
    days: int | None,
    date_from: date | None,
    date_to: date | None,
    dates: tuple[date, date],
) -> None:
    assert complete_window(AS_OF, days, date_from, date_to) == DateRange(*dates)


@pytest.mark.parametrize(
    ("days", "date_from", "date_to", "field", "told"),
    [
        (7, AS_OF, None, "days", "days and date_from both say where the range begins: give one"),
        (
            None,
            date(2014, 3, 10),
            None,
            "date_from",
            "2014-03-10 to 2024-03-17 are 3661 dates: a range has 3660 at most",
        ),
        (
            7,
            None,
            date(1969, 12, 31),
            "date_to",
            "there is no range from 1970-01-01 to 1969-12-31: a range begins on 1970-01-01 or"
            " later, ends by 2199-12-31, and doesn't end before it begins",
        ),
    ],
)
def test_what_can_not_stand_in_the_place_of_a_window_is_refused(
    days: int | None, date_from: date | None, date_to: date | None, field: str, told: str
) -> None:
    with pytest.raises(UsageError) as refused:
        complete_window(AS_OF, days, date_from, date_to)
    assert (refused.value.field, str(refused.value)) == (field, told)
