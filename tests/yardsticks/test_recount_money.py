"""Proves the recount of lots, the redemption curve and what points cost, on small cases."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from support.golden import KM_6MP, KM_AML_MAINTAINED, SurvivalStudy
from support.handmade import Row, clients, ledger, moment, write_source
from support.recount.curve import Curve
from support.recount.lots import Taking, lots_of
from support.recount.money import (
    aging,
    liability,
    liability_backtest,
    redemption_curve,
    roll_forward,
)
from support.recount.months import all_months, complete_months, last_day, month_of, shown
from support.recount.sites import PointValue, Site, site_of
from support.recount.strict_json import to_bytes

Entry = tuple[int, str, int, str]


def _site(
    directory: Path,
    *entries: Entry,
    as_of: str,
    point_value: PointValue = None,
    **entities: list[Row],
) -> Site:
    """The website of a hand-written ledger, with the clients that it names."""
    given = {
        "clients": clients(*sorted({entry[0] for entry in entries})),
        "loyalty_transactions": ledger(*entries),
    }
    source = write_source(directory, **(given | entities))
    return site_of(source, as_of=date.fromisoformat(as_of), point_value=point_value)


def _values(rows: list[Row]) -> list[tuple[object, ...]]:
    return [tuple(row.values()) for row in rows]


@pytest.mark.parametrize(
    ("as_of", "complete"),
    [
        ("2024-01-30", []),
        ("2024-01-31", ["2024-01-01"]),
        ("2024-02-28", ["2024-01-01"]),
        ("2024-02-29", ["2024-01-01", "2024-02-01"]),
    ],
)
def test_a_month_is_complete_once_its_last_day_counts(
    tmp_path: Path, as_of: str, complete: list[str]
) -> None:
    site = _site(tmp_path, (1, "add", 1, "2024-01-15"), as_of=as_of)
    assert [shown(month) for month in complete_months(site)] == complete
    assert shown(all_months(site)[-1]) == f"{as_of[:7]}-01"


def test_roll_forward_foots_from_what_came_before_a_long_gap(tmp_path: Path) -> None:
    entries = ledger(
        (1, "add", 7, "2001-01-01"),
        (1, "add", 100, "2024-01-05"),
        (1, "add", 40, "2024-01-31"),
        (1, "redeem", -30, "2024-03-01"),
        (1, "deduct", -5, "2024-03-02"),
    )
    entries[2]["redemption_request_id"] = 404
    site = _site(tmp_path, as_of="2024-03-02", clients=clients(1), loyalty_transactions=entries)
    assert _values(roll_forward(site)) == [
        ("2024-01-01", 7, 140, 40, 0, 0, 147, True),
        ("2024-02-01", 147, 0, 0, 0, 0, 147, True),
        ("2024-03-01", 147, 0, 0, 30, 5, 112, False),
    ]


def test_roll_forward_has_24_months_with_that_of_as_of(tmp_path: Path) -> None:
    site = _site(tmp_path, (1, "add", 7, "2020-01-01"), as_of="2024-03-02")
    rows = roll_forward(site)
    assert (len(rows), rows[0]["month"], rows[-1]["month"]) == (24, "2022-04-01", "2024-03-01")


def test_lots_are_spent_first_in_first_out(tmp_path: Path) -> None:
    """March takes 100 of January's before February's, redeemed before deducted, whatever the day.

    What May lacks waits for June's points; what June lacks then is overdrawn.
    """
    site = _site(
        tmp_path,
        (1, "deduct", -20, "2024-03-01"),
        (1, "redeem", -110, "2024-03-31"),
        (1, "add", 100, "2024-01-10"),
        (1, "add", 40, "2024-02-10"),
        (1, "redeem", -25, "2024-05-10"),
        (1, "add", 10, "2024-06-10"),
        (1, "redeem", -9, "2024-06-11"),
        (2, "add", 5, "2024-01-10"),
        as_of="2024-06-30",
    )
    january, february, march, may, june = (month_of(date(2024, at, 1)) for at in (1, 2, 3, 5, 6))
    lots = lots_of(site)
    assert lots.takings == [
        Taking(january, march, "redeem", 100),
        Taking(february, march, "redeem", 10),
        Taking(february, march, "deduct", 20),
        Taking(february, may, "redeem", 10),
        Taking(june, may, "redeem", 10),
    ]
    assert [taking.age for taking in lots.takings] == [2, 1, 1, 3, 0]
    assert [list(row.values())[:5] for row in aging(site)] == [
        ["2024-01-01", 105, 100, 0, 5],
        ["2024-02-01", 40, 20, 20, 0],
        ["2024-06-01", 10, 10, 0, 0],
    ]
    held = liability(site)
    assert (held["points_held"], held["points_overdrawn"]) == (5, 14)


HALF_REDEEMED: tuple[Entry, ...] = (
    (1, "add", 100, "2024-01-10"),
    (1, "redeem", -20, "2024-02-10"),
    (1, "deduct", -10, "2024-02-10"),
    (1, "redeem", -30, "2024-03-10"),
    (1, "add", 11, "2024-05-02"),
)
"""Ages 0 to 3 by May: h = 0, ⅕, 3/7, 0 and d = 0, ⅒, 0, 0."""


def test_the_curve_steps_in_12_decimals(tmp_path: Path) -> None:
    site = _site(tmp_path, *HALF_REDEEMED, as_of="2024-05-10")
    assert _values(redemption_curve(site)) == [
        (0, 100, 0, 0, Decimal("0.00")),
        (1, 100, 20, 10, Decimal("20.00")),
        (2, 70, 30, 0, Decimal("50.00")),
        (3, 40, 0, 0, Decimal("50.00")),
    ]
    curve = Curve(lots_of(site), complete_months(site))
    assert curve.ages[2].redeemed_rate == Fraction("0.428571428571")
    assert curve.redeemed_shares() == [0, Fraction("0.2"), Fraction("0.5"), Fraction("0.5")]
    assert [curve.still_redeemed(age) for age in (-1, 0, 1, 2, 3, 9)] == [
        Fraction("0.5"),
        Fraction("0.5"),
        Fraction("0.428571428571"),
        0,
        0,
        0,
    ]
    assert curve.still_redeemed(-1, months=2) == Fraction("0.2")


def test_each_step_of_the_curve_is_rounded_half_away_from_zero(tmp_path: Path) -> None:
    """s(2) is ½ once it is rounded, and so r(3) grows by half of ⅓: 0.1666666666665."""
    site = _site(
        tmp_path,
        (1, "add", 6, "2024-01-10"),
        (1, "redeem", -1, "2024-02-10"),
        (1, "redeem", -2, "2024-03-10"),
        (1, "redeem", -1, "2024-04-10"),
        as_of="2024-04-30",
    )
    shares = ("0", "0.166666666667", "0.5", "0.666666666667")
    curve = Curve(lots_of(site), complete_months(site))
    assert curve.redeemed_shares() == [Fraction(share) for share in shares]


def test_liability_values_whole_points_by_lot(tmp_path: Path) -> None:
    """Of May's 11 points 5.5 are expected, which is 6; January's 40 are beyond the curve."""
    site = _site(tmp_path, *HALF_REDEEMED, as_of="2024-05-10", point_value=Decimal("0.015"))
    assert _values(aging(site)) == [
        ("2024-01-01", 100, 50, 10, 40, 0),
        ("2024-05-01", 11, 0, 0, 11, 6),
    ]
    assert to_bytes(liability(site)).decode() == (
        '{\n  "as_of": "2024-05-10",\n  "points_held": 51,\n  "points_overdrawn": 0,\n'
        '  "points_expected": 6,\n  "breakage_rate": 88.24,\n'
        '  "ultimate_redemption_rate": 50.00,\n  "months_observed": 4,\n'
        '  "point_value": 0.015000,\n  "liability_amount": 0.09,\n'
        '  "liability_if_all_redeemed": 0.77,\n  "status": "ok"\n}\n'
    )


@pytest.mark.parametrize(
    ("setting", "conversions", "value"),
    [
        (Decimal("0.01"), [(3, "1.00")], "0.010000"),
        ({1: Decimal("0.02"), 2: Decimal(9)}, [(3, "1.00")], "0.020000"),
        ({2: Decimal(9)}, [(3, "1.00"), (4, "1.00")], "0.285714"),
        (None, [(0, "1.00")], "None"),
        (None, [(5, "0.00")], "0.000000"),
        (None, [], "None"),
    ],
)
def test_the_value_of_a_point_is_set_or_what_conversions_paid(
    tmp_path: Path, setting: PointValue, conversions: list[tuple[int, str]], value: str
) -> None:
    rows = [
        {
            "id": number,
            "website_id": 1,
            "client_id": 1,
            "points": points,
            "amount": amount,
            "converted_at": moment("2024-01-05"),
        }
        for number, (points, amount) in enumerate(conversions)
    ]
    site = _site(
        tmp_path,
        *HALF_REDEEMED,
        as_of="2024-05-10",
        point_value=setting,
        wallet_conversions=rows,
    )
    figures = liability(site)
    assert str(figures["point_value"]) == value
    assert figures["status"] == ("no_point_value" if value == "None" else "ok")
    assert (figures["liability_amount"] is None) == (value == "None")
    assert figures["points_expected"] == 6


def test_a_short_history_expects_nothing(tmp_path: Path) -> None:
    """Two complete months have ages 0 and 1."""
    site = _site(tmp_path, *HALF_REDEEMED[:3], as_of="2024-03-30", point_value=Decimal("0.5"))
    assert list(liability(site).values()) == [
        "2024-03-30",
        70,
        0,
        None,
        None,
        None,
        2,
        Decimal("0.500000"),
        None,
        Decimal("35.00"),
        "short_history",
    ]
    assert _values(aging(site)) == [("2024-01-01", 100, 20, 10, 70, None)]
    assert len(redemption_curve(site)) == 2


def test_three_complete_months_are_history_enough(tmp_path: Path) -> None:
    site = _site(tmp_path, *HALF_REDEEMED[:4], as_of="2024-03-31", point_value=Decimal(1))
    figures = liability(site)
    assert (figures["status"], figures["months_observed"]) == ("ok", 3)
    assert figures["liability_amount"] == Decimal("0.00")


@pytest.mark.parametrize(("left", "ages"), [(9_999, 1), (10_000, 3)])
def test_a_tail_below_1_percent_decides_nothing(tmp_path: Path, left: int, ages: int) -> None:
    entries = [
        (1, "add", 1_000_000, "2024-01-01"),
        (1, "redeem", left - 1_000_000, "2024-01-02"),
    ]
    site = _site(tmp_path, *entries, as_of="2024-03-31")
    assert len(redemption_curve(site)) == ages


@pytest.mark.parametrize("study", [KM_6MP, KM_AML_MAINTAINED], ids=["km_6mp", "km_aml_maintained"])
def test_without_deductions_the_curve_is_a_published_estimate(
    tmp_path: Path, study: SurvivalStudy
) -> None:
    """Subjects become clients with a point: redeemed at the event's age, or seen no longer."""
    start, last = month_of(date(2000, 1, 1)), max(time for time, _ in study.times)
    entries: list[Entry] = []
    for client, (time, is_event) in enumerate(study.times, start=1):
        issued = start if is_event else start + last - time
        entries.append((client, "add", 1, shown(issued)))
        if is_event:
            entries.append((client, "redeem", -1, shown(start + time)))
    site = _site(tmp_path, *entries, as_of=last_day(start + last).isoformat())
    rows = {row["age_months"]: row for row in redemption_curve(site)}
    assert max(rows) == last
    for time, at_risk, events, surviving in study.estimate:
        row = rows[time]
        assert (row["points_at_risk"], row["redeemed"]) == (at_risk, events)
        assert row["redeemed_rate"] == 100 * (1 - surviving)
    assert sum(row["redeemed"] for row in rows.values()) == sum(one for _, one in study.times)


BACKTEST: tuple[Entry, ...] = (
    (1, "add", 1000, "2024-01-10"),
    (1, "redeem", -100, "2024-02-10"),
    (1, "redeem", -90, "2024-03-10"),
    (2, "add", 200, "2024-06-10"),
    (1, "redeem", -81, "2024-06-20"),
)


def test_the_backtest_knows_nothing_of_what_followed(tmp_path: Path) -> None:
    """In July, January's lot is at the end of the curve; June's is at age 1 of it.

    h(2) = ⅒ of its 200 points are expected by October: 20; h(5) = ⅒ would come later.
    """
    later = (
        (2, "redeem", -40, "2024-08-01"),
        (2, "redeem", -4, "2024-10-31"),
        (2, "redeem", -5, "2024-11-01"),
        (3, "add", 30, "2024-08-01"),
        (3, "redeem", -30, "2024-08-01"),
    )
    site = _site(tmp_path, *BACKTEST, *later, as_of="2024-11-29")
    assert _values(liability_backtest(site)) == [("2024-07-01", 20, 44, Decimal("-54.55"))]


def test_an_error_against_nothing_is_unknown(tmp_path: Path) -> None:
    site = _site(tmp_path, *BACKTEST, as_of="2024-11-30")
    rows = liability_backtest(site)
    assert [row["month"] for row in rows] == ["2024-07-01", "2024-08-01"]
    assert list(rows[0].values()) == ["2024-07-01", 20, 0, None]


def test_nine_months_are_too_few_for_a_backtest(tmp_path: Path) -> None:
    assert liability_backtest(_site(tmp_path, *BACKTEST, as_of="2024-09-30")) == []


def test_without_as_of_nothing_is_held(tmp_path: Path) -> None:
    site = site_of(write_source(tmp_path, clients=clients(1)), point_value=Decimal(2))
    assert roll_forward(site) == aging(site) == redemption_curve(site) == []
    assert liability_backtest(site) == []
    assert list(liability(site).values()) == [
        None,
        0,
        0,
        None,
        None,
        None,
        0,
        Decimal("2.000000"),
        None,
        Decimal("0.00"),
        "short_history",
    ]
