"""Proves the recount of segments, lifecycle, tiers, cohorts and first redemptions."""

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from support.golden import KM_6MP, KM_AML_MAINTAINED, SurvivalStudy
from support.handmade import Row, clients, fulfilled, ledger, moment, write_source
from support.recount.activity import activity_of, lifecycle_states, rfm, thresholds
from support.recount.clients import client_segments, lifecycle, lifecycle_moves, segments
from support.recount.cohorts import (
    cohorts,
    first_redemption,
    first_redemption_times,
    kaplan_meier,
    tier_migration,
)
from support.recount.months import month_of, shown
from support.recount.sites import Site, site_of

D = date(2024, 12, 31)


def _ago(days: int) -> str:
    return moment(D - timedelta(days=days))


def _active(client: int, *days_ago: int) -> list[tuple[int, str, int, str]]:
    return [(client, "add", 10, _ago(days)) for days in days_ago]


def _site(directory: Path, *entries: tuple[int, str, int, str], **entities: list[Row]) -> Site:
    """The website of a hand-written source on D, with the clients that the entries name."""
    named = sorted({entry[0] for entry in entries})
    given = {"clients": clients(*named), "loyalty_transactions": ledger(*entries)} | entities
    return site_of(write_source(directory, **given), as_of=D)


def test_thresholds_are_quantiles_of_type_7_in_whole_numbers() -> None:
    """R: quantile(x, 1:4 / 5, type = 7), each cut to a value that there is."""
    assert thresholds([10, 9, 8, 7, 6, 5, 4, 3, 2, 1]) == [2, 4, 6, 8]
    assert thresholds([3, 1, 2, 5, 4, 6]) == [2, 3, 4, 5]
    assert thresholds([7]) == [7, 7, 7, 7]


def test_a_year_has_365_days_and_refunds_earn_nothing() -> None:
    activity = {1: {D - timedelta(days=365): 9, D - timedelta(days=364): 7, D: 5}}
    assert rfm(activity, D)[1][:3] == (0, 2, 12)


def test_equal_values_share_a_score() -> None:
    scores = rfm({client: {D: client // 4} for client in (1, 2, 3, 4, 5)}, D)
    assert [one.r_score for one in scores.values()] == [5, 5, 5, 5, 5]
    assert [one.f_score for one in scores.values()] == [1, 1, 1, 1, 1]
    assert [one.m_score for one in scores.values()] == [1, 1, 1, 4, 4]


def test_refunds_and_deductions_are_no_activity(tmp_path: Path) -> None:
    entries = ledger(
        (1, "add", 30, _ago(9)),
        (1, "add", 30, _ago(8)),
        (1, "deduct", -5, _ago(7)),
        (1, "add", 0, _ago(6)),
        (1, "redeem", 0, _ago(5)),
        (1, "redeem", -1, _ago(4)),
        (1, "add", 3, _ago(3)),
        (1, "add", 4, _ago(3)),
    )
    entries[1]["redemption_request_id"] = entries[6]["redemption_request_id"] = 404
    site = _site(tmp_path, clients=clients(1), loyalty_transactions=entries)
    dates = {D - timedelta(days=9): 30, D - timedelta(days=4): 0, D - timedelta(days=3): 4}
    assert activity_of(site) == {1: dates}


def test_segments_hold_scored_clients_now_and_before(tmp_path: Path) -> None:
    """Five clients with five recencies and frequencies: each score is given once.

    Thirty days before, client 5 was the only one, so its values were everybody's.
    """
    entries = [
        *_active(1, 0, 10, 11, 12, 13),
        *_active(2, 1),
        *_active(3, 2, 3, 4),
        *_active(4, 3, 4, 5, 6),
        *_active(5, 40, 41),
        (4, "redeem", -100, _ago(3)),
    ]
    site = _site(
        tmp_path,
        *entries,
        clients=clients(1, 2, 3, 4, 5, 6),
        redemption_requests=fulfilled(
            (4, 1, 5, _ago(3)), (4, 1, 5, _ago(364)), (5, 1, 5, _ago(365))
        ),
    )
    rows = {row["client_id"]: row for row in client_segments(site)}
    assert [
        (row["r_score"], row["f_score"], row["segment"], row["segment_before"])
        for row in rows.values()
    ] == [
        (5, 5, "champions", None),
        (4, 1, "promising", None),
        (3, 3, "need_attention", None),
        (2, 4, "at_risk", None),
        (1, 2, "hibernating", "new"),
        (None, None, None, None),
    ]
    assert [tuple(row.values()) for row in segments(site)] == [
        ("champions", 1, Decimal("20.00"), 50, 50, 0, 0),
        ("loyal", 0, Decimal("0.00"), 0, 0, 0, 0),
        ("potential_loyalist", 0, Decimal("0.00"), 0, 0, 0, 0),
        ("new", 0, Decimal("0.00"), 0, 0, 0, 1),
        ("promising", 1, Decimal("20.00"), 10, 10, 0, 0),
        ("need_attention", 1, Decimal("20.00"), 30, 30, 0, 0),
        ("about_to_sleep", 0, Decimal("0.00"), 0, 0, 0, 0),
        ("cant_lose", 0, Decimal("0.00"), 0, 0, 0, 0),
        ("at_risk", 1, Decimal("20.00"), -60, 40, 2, 0),
        ("hibernating", 1, Decimal("20.00"), 20, 20, 0, 0),
    ]


@pytest.mark.parametrize(
    ("days_ago", "state"),
    [
        ((), "never_active"),
        ((29,), "new"),
        ((29, 0), "new"),
        ((30,), "active"),
        ((90,), "active"),
        ((91,), "at_risk"),
        ((180,), "at_risk"),
        ((181,), "lapsed"),
        ((122, 91, 61), "active"),  # 61 days in 2 gaps: 61 silent days are twice a gap
        ((123, 92, 62), "at_risk"),
        ((183, 152, 122), "at_risk"),
        ((184, 153, 123), "lapsed"),
        ((30, 26, 20, 14), "active"),  # 16 days in 3 gaps: held to 7 each
        ((31, 27, 21, 15), "at_risk"),
        ((31, 30, 29, 28), "at_risk"),
        ((32, 31, 30, 29), "lapsed"),
        ((580, 380, 180), "active"),  # 200 each, held to 90
        ((581, 381, 181), "at_risk"),
        ((760, 560, 360), "at_risk"),
        ((761, 561, 361), "lapsed"),
    ],
)
def test_lifecycle_goes_by_the_clients_own_cadence(
    tmp_path: Path, days_ago: tuple[int, ...], state: str
) -> None:
    site = _site(tmp_path, *_active(1, *days_ago), clients=clients(1))
    assert lifecycle_states(site, activity_of(site), D) == {1: state}


def test_lifecycle_and_its_moves(tmp_path: Path) -> None:
    """Client 3 joined since; client 4 always was a member, client 5 is not one yet."""
    people = [*clients(1, 2, 3, 4), {**clients(5)[0], "date_joined": "2025-01-01T00:00:00Z"}]
    entries = [*_active(1, 119, 60), *_active(2, 300), *_active(3, 29)]
    site = _site(tmp_path, *entries, clients=people)
    assert [tuple(row.values()) for row in lifecycle(site)] == [
        ("new", 1, Decimal("25.00"), 10, 0),
        ("active", 1, Decimal("25.00"), 20, 1),
        ("at_risk", 0, Decimal("0.00"), 0, 0),
        ("lapsed", 1, Decimal("25.00"), 10, 1),
        ("never_active", 1, Decimal("25.00"), 0, 1),
    ]
    assert [tuple(row.values()) for row in lifecycle_moves(site)] == [
        (None, "new", 1),
        ("active", "active", 1),
        ("lapsed", "lapsed", 1),
        ("never_active", "never_active", 1),
    ]


def test_tier_migration_counts_who_stayed_and_nobody_without_a_tier(tmp_path: Path) -> None:
    """The first month finds everybody in none, even those with points from before a long gap."""
    tiers = [
        {"id": number, "website_id": 1, "name": name, "threshold": threshold}
        for number, name, threshold in ((9, "Silver", 100), (4, "Bronze", 10), (7, "Gold", 200))
    ]
    entries = [
        (1, "add", 10, "2001-05-05"),
        (2, "add", 150, "2024-10-01"),
        (1, "add", 95, "2024-11-30"),
        (3, "add", 10, "2024-11-30"),
        (2, "redeem", -150, "2024-12-31"),
        (4, "add", 9, "2024-12-31"),
        (3, "add", 1, "2024-12-31"),
    ]
    site = _site(tmp_path, *entries, loyalty_tiers=tiers)
    assert [tuple(row.values()) for row in tier_migration(site)] == [
        ("2024-10-01", None, None, 4, "Bronze", 1),
        ("2024-10-01", None, None, 9, "Silver", 1),
        ("2024-11-01", None, None, 4, "Bronze", 1),
        ("2024-11-01", 4, "Bronze", 9, "Silver", 1),
        ("2024-11-01", 9, "Silver", 9, "Silver", 1),
        ("2024-12-01", 4, "Bronze", 4, "Bronze", 1),
        ("2024-12-01", 9, "Silver", None, None, 1),
        ("2024-12-01", 9, "Silver", 9, "Silver", 1),
    ]


def test_tier_migration_has_the_last_12_complete_months(tmp_path: Path) -> None:
    tiers = [{"id": 1, "website_id": 1, "name": "All", "threshold": 0}]
    site = _site(tmp_path, (1, "add", 5, "2023-06-30"), loyalty_tiers=tiers)
    rows = tier_migration(site)
    assert (rows[0]["month"], rows[0]["from_tier_id"]) == ("2024-01-01", 1)
    assert (rows[-1]["month"], len(rows)) == ("2024-12-01", 12)


def test_cohorts_hold_those_who_joined_since_the_first_event(tmp_path: Path) -> None:
    """Client 4 joined before the first month, client 5 at no known time."""
    joined = {1: "2024-10-05", 2: "2024-10-31", 3: "2024-12-01", 4: "2024-09-30", 5: None}
    people = [
        {"id": client, "website_id": 1, "date_joined": day and moment(day)}
        for client, day in joined.items()
    ]
    entries = [
        (1, "add", 5, "2024-10-20"),
        (1, "add", 5, "2024-10-21"),
        (2, "redeem", -1, "2024-12-02"),
        (4, "add", 5, "2024-11-01"),
    ]
    requests = fulfilled((2, 1, 5, "2024-12-02"), (1, 1, 5, "2024-12-02"), (5, 1, 5, "2024-12-02"))
    site = _site(tmp_path, *entries, clients=people, redemption_requests=requests)
    assert [tuple(row.values()) for row in cohorts(site)] == [
        ("2024-10-01", 0, 2, 1, 0, Decimal("50.00")),
        ("2024-10-01", 1, 2, 0, 0, Decimal("0.00")),
        ("2024-10-01", 2, 2, 1, 2, Decimal("50.00")),
        ("2024-12-01", 0, 1, 0, 0, Decimal("0.00")),
    ]


def test_cohorts_of_24_months(tmp_path: Path) -> None:
    months = [(client, "add", 5, shown(month_of(D) - client)) for client in range(25)]
    rows = cohorts(_site(tmp_path, *months))
    assert (rows[0]["cohort"], rows[0]["months_since"]) == ("2023-01-01", 0)
    assert len(rows) == sum(range(25))


def test_an_incomplete_month_has_no_cohort(tmp_path: Path) -> None:
    entries = [(1, "add", 5, "2024-10-20"), (2, "add", 5, "2024-11-02")]
    given = {"clients": clients(1, 2), "loyalty_transactions": ledger(*entries)}
    site = site_of(write_source(tmp_path, **given), as_of=date(2024, 11, 29))
    assert [(row["cohort"], row["months_since"]) for row in cohorts(site)] == [("2024-10-01", 0)]


STUDIES = pytest.mark.parametrize(
    "study", [KM_6MP, KM_AML_MAINTAINED], ids=["km_6mp", "km_aml_maintained"]
)


@STUDIES
def test_first_redemptions_give_a_published_estimate(tmp_path: Path, study: SurvivalStudy) -> None:
    """Subjects become clients: joined when the study began for them, redeeming at the event."""
    people, redemptions = [], []
    for client, (time, is_event) in enumerate(study.times, start=1):
        start = D - timedelta(days=200 if is_event else time)
        people.append({"id": client, "website_id": 1, "date_joined": moment(start)})
        if is_event:
            redemptions.append((client, 1, 5, moment(start + timedelta(days=time))))
            redemptions.append((client, 1, 5, moment(start + timedelta(days=time + 1))))
    source = write_source(tmp_path, clients=people, redemption_requests=fulfilled(*redemptions))
    figures = first_redemption(site_of(source, as_of=D))
    assert (figures["clients"], figures["redeemed"]) == (
        len(study.times),
        sum(is_event for _, is_event in study.times),
    )
    assert figures["median_days"] == study.median
    by_day_30 = [surviving for time, _, _, surviving in study.estimate if time <= 30]
    assert figures["after_30_days"] == 100 * (1 - by_day_30[-1])
    assert figures["after_365_days"] is None


@STUDIES
def test_the_estimate_is_the_published_one(study: SurvivalStudy) -> None:
    rows = kaplan_meier(list(study.times))
    assert [(row["day"], row["clients_at_risk"], row["first_redemptions"]) for row in rows] == [
        row[:3] for row in study.estimate
    ]
    for row, (_, _, _, surviving) in zip(rows, study.estimate, strict=True):
        assert abs(1 - row["redeemed_share"] - surviving) <= Decimal("0.00005")


def test_first_redemptions_are_counted_from_member_since(tmp_path: Path) -> None:
    """One before it is of day 0; who joined at no known time, or after as_of, is left out."""
    joined = {
        1: _ago(99),
        2: _ago(90),
        3: None,
        4: "2025-02-01T00:00:00Z",
        5: _ago(20),
        6: _ago(95),
    }
    people = [{"id": client, "website_id": 1, "date_joined": at} for client, at in joined.items()]
    redemptions = fulfilled((1, 1, 5, _ago(300)), (3, 1, 5, _ago(9)), (2, 1, 5, _ago(60)))
    site = _site(tmp_path, clients=people, redemption_requests=redemptions)
    times = [(0, True), (30, True), (20, False), (95, False)]
    assert first_redemption_times(site) == times
    assert first_redemption(site) == {
        "clients": 4,
        "redeemed": 2,
        "median_days": 30,
        "after_30_days": Decimal("62.50"),  # 1 − ¾ · ½: of four on day 0, of two on day 30
        "after_90_days": Decimal("62.50"),
        "after_365_days": None,
    }


@pytest.mark.parametrize(("days", "share"), [(29, None), (30, Decimal("0.00"))])
def test_a_share_is_known_up_to_the_longest_observed_time(
    tmp_path: Path, days: int, share: Decimal | None
) -> None:
    people = [{**clients(1)[0], "date_joined": _ago(days)}]
    figures = first_redemption(_site(tmp_path, clients=people))
    assert (figures["median_days"], figures["after_30_days"]) == (None, share)


def test_without_as_of_every_client_is_a_member_who_never_acted(tmp_path: Path) -> None:
    people = [{**clients(1)[0], "date_joined": "2024-01-01T00:00:00Z"}, *clients(2)]
    site = site_of(write_source(tmp_path, clients=people))
    assert [row["clients"] for row in segments(site)] == [0] * 10
    assert list(lifecycle(site)[-1].values()) == ["never_active", 2, Decimal("100.00"), 0, 2]
    assert [tuple(row.values()) for row in lifecycle_moves(site)] == [
        ("never_active", "never_active", 2)
    ]
    assert tier_migration(site) == cohorts(site) == []
    assert list(first_redemption(site).values()) == [0, 0, None, None, None, None]
