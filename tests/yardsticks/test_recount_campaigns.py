"""Proves the recount of what campaigns brought, and of what the programme costs."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from support.handmade import (
    Row,
    campaign,
    campaign_members,
    clients,
    fulfilled,
    ledger,
    moment,
    old_clients,
    orders,
    write_source,
)
from support.recount.activity import activity_of
from support.recount.campaigns import FIGURES, Values, campaigns, result_of
from support.recount.effects import chi_squared, difference, theta
from support.recount.sites import site_of
from support.recount.strict_json import to_bytes

D = date(2024, 3, 20)


def _users(covariates: bool) -> dict[int, Values]:
    """Orders of tea-tasting's users, before and after, by variant."""
    import tea_tasting  # slow to import

    users = tea_tasting.make_users_data(rng=42, covariates=covariates).to_pylist()
    return {
        variant: Values(
            [user.get("orders_covariate", 0) for user in users if user["variant"] == variant],
            [user["orders"] for user in users if user["variant"] == variant],
        )
        for variant in (0, 1)
    }


def _shown(*values: Fraction) -> list[float]:
    return [round(float(value), 4) for value in values]


def test_effects_are_those_of_tea_tasting() -> None:
    """Its intervals are of Student's t, which with 4000 users differ in the fifth decimal."""
    users = _users(covariates=False)
    assert (len(users[0].after), len(users[1].after)) == (2023, 1977)
    assert _shown(*difference(users[1].after, users[0].after)) == [0.0427, -0.0108, 0.0962]
    users = _users(covariates=True)
    share = theta(users[1].before + users[0].before, users[1].after + users[0].after)
    assert float(share) == pytest.approx(0.521292971779965, rel=1e-12)
    adjusted = difference(users[1].adjusted(share), users[0].adjusted(share))
    assert float(adjusted.effect) == pytest.approx(0.05830389260866353, rel=1e-12)
    assert _shown(*adjusted) == [0.0583, 0.0157, 0.1009]


def test_other_published_figures() -> None:
    """The sample ratio of a known case, and Card and Krueger's difference in differences."""
    ratio = chi_squared(821_588, 815_482, Fraction(1, 2))
    assert round(float(ratio), 6) == 22.774369
    new_jersey = Values([Fraction("20.44")], [Fraction("21.03")])
    pennsylvania = Values([Fraction("23.33")], [Fraction("21.17")])
    effect = difference(new_jersey.changes, pennsylvania.changes)
    assert effect == (Fraction("2.75"), None, None)


def test_a_sample_ratio_is_held_against_the_plan() -> None:
    assert chi_squared(13, 3, Fraction("0.8125")) == 0
    assert chi_squared(1, 3, Fraction(1, 2)) == 1
    assert chi_squared(0, 0, Fraction(1, 2)) is None


def test_nothing_is_adjusted_where_nothing_varied() -> None:
    assert theta([4, 4, 4], [1, 2, 3]) == 0
    assert theta([1, 2, 3], [5, 7, 9]) == 2
    assert theta([], []) == 0
    assert difference([1, 1], [3, 3]) == (-2, -2, -2)


def _metrics(row: Row) -> dict[str, Row]:
    return {metric.pop("metric"): metric for metric in map(dict, row["metrics"])}


def _known(row: Row) -> dict[str, list[str]]:
    """The figures of each metric that aren't null."""
    return {
        metric: [str(value) for value in figures.values() if value is not None]
        for metric, figures in _metrics(row).items()
    }


def test_metrics_count_in_the_window_and_in_as_many_days_before(tmp_path: Path) -> None:
    """From 11 to 14 March, and so from the 7th."""
    entries = ledger(
        (1, "add", 1, "2024-03-06"),
        (1, "add", 10, "2024-03-07"),
        (1, "redeem", -4, "2024-03-10"),
        (1, "add", 100, "2024-03-11"),
        (1, "add", 40, "2024-03-12"),
        (1, "add", 7, "2024-03-14"),
        (1, "redeem", -3, "2024-03-14"),
        (1, "deduct", -5, "2024-03-13"),
        (1, "add", 1000, "2024-03-15"),
    )
    entries[4]["redemption_request_id"] = 404
    source = write_source(
        tmp_path,
        clients=old_clients(1, 2),
        loyalty_transactions=entries,
        redemption_requests=fulfilled((1, 1, 3, "2024-03-14"), (1, 1, 3, "2024-03-15")),
        orders=orders(
            (1, "10.00", "1.00", "2024-03-10"),
            (1, "-0.50", "-0.05", "2024-03-11"),
            (2, "3.00", "2.00", "2024-03-14"),
            (2, "3.00", None, "2024-03-15"),
        ),
        campaigns=[campaign(1, "2024-03-11", "2024-03-14")],
        campaign_members=campaign_members(1, [1]),
    )
    (row,) = campaigns(site_of(source, as_of=D))
    assert [row["date_from"], row["date_to"]] == ["2024-03-11", "2024-03-14"]
    assert [row["treatment_clients"], row["comparison_clients"]] == [1, 1]
    assert (row["design"], row["is_causal"], row["status"]) == ("observational", False, "too_few")
    assert _known(row) == {
        "points_issued": ["107.0000", "0.0000", "10.0000", "0.0000", "97.0000", "9.7000"],
        "points_redeemed": ["3.0000", "0.0000", "4.0000", "0.0000", "-1.0000", "-0.2500"],
        "redemptions": ["1.0000", "0.0000", "0.0000", "0.0000", "1.0000"],
        "active_days": ["2.0000", "0.0000", "2.0000", "0.0000", "0.0000", "0.0000"],
        "revenue": ["-0.5000", "3.0000", "10.0000", "0.0000", "-13.5000", "-1.0385"],
        "margin": ["-0.0500", "2.0000", "1.0000", "0.0000", "-3.0500", "-1.0167"],
    }


@pytest.mark.parametrize(
    ("day", "own", "share", "is_known"),
    [
        ("2024-03-06", None, None, True),
        ("2024-03-07", None, None, False),
        ("2024-03-14", None, None, False),
        ("2024-03-14", None, Decimal("0.25"), True),
        ("2024-03-14", "0.00", None, True),
        ("2024-03-15", None, None, True),
    ],
)
def test_margin_is_known_if_each_order_has_one(
    tmp_path: Path, day: str, own: str | None, share: Decimal | None, is_known: bool
) -> None:
    source = write_source(
        tmp_path,
        clients=clients(1),
        loyalty_transactions=ledger((1, "add", 1, "2024-03-01")),
        orders=orders((1, "8.00", own, day)),
        campaigns=[campaign(1, "2024-03-11", "2024-03-14")],
    )
    (row,) = campaigns(site_of(source, as_of=D, margin=share))
    assert ("margin" in _metrics(row)) == is_known
    if share is not None:
        assert _known(row)["margin"] == ["2.0000", "0.0000"]


def test_without_orders_there_is_no_revenue_and_with_none_it_is_0(tmp_path: Path) -> None:
    given = {
        "clients": clients(1),
        "loyalty_transactions": ledger((1, "add", 1, "2024-03-01")),
        "campaigns": [campaign(1, "2024-03-11", "2024-03-14")],
    }
    (row,) = campaigns(site_of(write_source(tmp_path, **given)))
    points = ["points_issued", "points_redeemed", "redemptions", "active_days"]
    assert list(_metrics(row)) == points
    (row,) = campaigns(site_of(write_source(tmp_path, **given, orders=[]), as_of=D))
    assert list(_metrics(row)) == [*points, "revenue", "margin"]
    assert _known(row)["margin"] == ["0.0000", "0.0000"]


def test_who_is_compared(tmp_path: Path) -> None:
    """Client 3 joined too late, 4's row is invalid, 7 is another website's; 8 has always been."""
    website = {"id": 2, "name": "B"}
    people = old_clients(1, 2, 4, 5, 6)
    people.append({"id": 3, "website_id": 1, "date_joined": moment("2024-03-11")})
    people += [{"id": 7, "website_id": 2}, {"id": 8, "website_id": 1}]
    source = write_source(
        tmp_path,
        websites=[{"id": 1, "name": "A"}, website],
        clients=people,
        loyalty_transactions=ledger((1, "add", 1, "2024-03-01")),
        campaigns=[
            campaign(1, "2024-03-11", "2024-03-14"),
            campaign(2, "2024-03-11", "2024-03-14"),
            campaign(3, "2024-03-11", "2024-03-14"),
            campaign(4, "2024-03-12", "2024-03-14", starts_at="infinity"),
        ],
        campaign_members=[
            *campaign_members(1, [1, 2, 3, 7]),
            *campaign_members(1, [4], "holdout"),
            *campaign_members(2, [1, 2]),
            *campaign_members(2, [5], "control"),
            *campaign_members(3, [1]),
            *campaign_members(3, [3], "control"),
            *campaign_members(4, [8]),
        ],
    )
    site = site_of(source, as_of=D)
    groups = {row["id"]: result_of(site, row, activity_of(site)).groups for row in site.campaigns}
    assert groups == {1: (False, [1, 2], [5, 6, 8]), 2: (True, [1, 2], [5]), 3: (True, [1], [])}


def test_members_elsewhere_are_treated_clients_on_a_common_date(tmp_path: Path) -> None:
    source = write_source(
        tmp_path,
        clients=old_clients(1, 2, 3, 4),
        loyalty_transactions=ledger((1, "add", 1, "2024-03-01")),
        campaigns=[
            campaign(5, "2024-03-11", "2024-03-14"),
            campaign(7, "2024-03-14", "2024-04-14"),
            campaign(6, "2024-03-14", "2024-03-14"),
            campaign(8, "2024-03-15", "2024-03-15"),
        ],
        campaign_members=[
            *campaign_members(5, [1, 2]),
            *campaign_members(5, [3], "control"),
            *campaign_members(6, [2], "control"),
            *campaign_members(7, [2, 3]),
            *campaign_members(8, [1]),
        ],
    )
    rows = campaigns(site_of(source, as_of=D))
    assert {row["id"]: row["members_elsewhere"] for row in rows} == {8: 0, 6: 0, 7: 2, 5: 1}
    assert [row["id"] for row in rows] == [8, 6, 7, 5]


def _judged(directory: Path, treated: int, compared: int, **values: object) -> Row:
    """A campaign whose treated got 3 points for an order, and the others 1 for none."""
    ids = range(1, treated + compared + 1)
    arms = {"treatment": ids[:treated], "control": ids[treated:]}
    source = write_source(
        directory,
        clients=old_clients(*ids),
        loyalty_transactions=ledger(
            *((client, "add", 2, "2024-03-10") for client in ids),
            *((client, "add", 3, "2024-03-11") for client in arms["treatment"]),
            *((client, "add", 1, "2024-03-11") for client in arms["control"]),
        ),
        orders=orders(*((one, "2.00", "1.00", "2024-03-12") for one in arms["treatment"])),
        campaigns=[campaign(1, "2024-03-11", "2024-03-14", **values)],
        campaign_members=[row for arm in arms for row in campaign_members(1, arms[arm], arm)],
    )
    (row,) = campaigns(site_of(source, as_of=D))
    return row


def test_a_judged_experiment_has_everything(tmp_path: Path) -> None:
    row = _judged(tmp_path, 30, 30, cost="7.00")
    assert to_bytes({key: row[key] for key in list(row)[:14]}).decode() == (
        '{\n  "id": 1,\n  "name": "c1",\n  "date_from": "2024-03-11",\n'
        '  "date_to": "2024-03-14",\n  "design": "experiment",\n  "is_causal": true,\n'
        '  "status": "ok",\n  "treatment_clients": 30,\n  "comparison_clients": 30,\n'
        '  "members_elsewhere": 0,\n  "sample_ratio_chi2": 0.0000,\n  "cost": 7.00,\n'
        '  "return_on_cost": 4.29,\n  "revenue_per_cost": 8.57\n}\n'
    )
    assert to_bytes(row["metrics"][0]).decode() == (
        '{\n  "metric": "points_issued",\n  "treatment_mean": 3.0000,\n'
        '  "comparison_mean": 1.0000,\n  "treatment_mean_before": 2.0000,\n'
        '  "comparison_mean_before": 2.0000,\n  "effect": 2.0000,\n  "effect_low": 2.0000,\n'
        '  "effect_high": 2.0000,\n  "adjusted_effect": 2.0000,\n  "adjusted_low": 2.0000,\n'
        '  "adjusted_high": 2.0000,\n  "relative_effect": 2.0000,\n'
        '  "incremental_total": 60.0000\n}\n'
    )


MEANS = set(FIGURES[:4])
EFFECTS = {"effect", "adjusted_effect", "relative_effect"}


@pytest.mark.parametrize(
    ("treated", "compared", "values", "status", "known"),
    [
        (40, 40, {"cost": "0.00"}, "ok", set(FIGURES)),
        (40, 29, {"cost": "5.00"}, "too_few", MEANS | EFFECTS),
        (29, 40, {"planned_treatment_share": "0.42"}, "too_few", MEANS | EFFECTS),
        (10, 31, {}, "too_few", MEANS | EFFECTS),  # 10.76
        (10, 32, {"cost": "5.00"}, "srm_failed", MEANS),  # 11.52
        (40, 40, {"planned_treatment_share": "0.8"}, "srm_failed", MEANS),
        (40, 40, {"ends_at": moment("2024-03-21"), "cost": "5.00"}, "too_early", set()),
    ],
)
def test_a_status_says_what_can_be_told(
    tmp_path: Path, treated: int, compared: int, values: Row, status: str, known: set[str]
) -> None:
    row = _judged(tmp_path, treated, compared, **values)
    assert row["status"] == status
    assert row["sample_ratio_chi2"] is not None
    assert (row["return_on_cost"], row["revenue_per_cost"]) == (None, None)
    figures = _metrics(row)["points_issued"]
    assert {name for name, figure in figures.items() if figure is not None} == known


def test_of_nobody_nothing_is_known(tmp_path: Path) -> None:
    """No member, and a campaign whose days before reach beyond the calendar."""
    source = write_source(
        tmp_path,
        clients=old_clients(1),
        loyalty_transactions=ledger((1, "add", 1, "2024-03-01")),
        campaigns=[
            campaign(1, "2024-03-11", "2024-03-14"),
            campaign(2, "2024-03-11", "2024-03-14", ends_at="9999-12-31T23:00:00Z"),
        ],
        campaign_members=campaign_members(2, [1], "control"),
    )
    empty, endless = sorted(campaigns(site_of(source, as_of=D)), key=lambda row: row["id"])
    assert (endless["status"], endless["sample_ratio_chi2"]) == ("too_early", Decimal("1.0000"))
    assert (empty["status"], empty["sample_ratio_chi2"]) == ("too_few", None)
    assert _known(empty)["points_issued"] == ["0.0000", "0.0000"]


def test_without_as_of_it_is_too_early(tmp_path: Path) -> None:
    source = write_source(tmp_path, campaigns=[campaign(1, "2024-03-11", "2024-03-14")])
    (row,) = campaigns(site_of(source))
    assert row["status"] == "too_early"
