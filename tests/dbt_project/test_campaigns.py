"""Published experiments come out of the marts of campaigns as they were printed."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest
import tea_tasting as tt
from support.golden import CARD_KRUEGER, CUPED_TEA_TASTING, PLAIN_TEA_TASTING
from support.handmade import clients, write_source
from support.replay import DEFAULTS, Replay

Row = dict[str, Any]
CAMPAIGN = {
    "id": 1,
    "website_id": 1,
    "name": "Study",
    "starts_at": "2024-03-11T00:00:00Z",
    "ends_at": "2024-03-21T00:00:00Z",
}
JOINED, BEFORE, DURING = (f"2024-{day}T12:00:00Z" for day in ("01-01", "03-01", "03-20"))
SCALE = 1000
"""Points for one of a user's orders, so that four decimals of a mean show seven of the study's."""


@pytest.fixture(scope="module")
def users() -> Row:
    """tea-tasting's users, as columns."""
    return tt.make_users_data(rng=42, covariates=True).to_pydict()


@pytest.fixture(scope="module")
def measured(
    users: Row, replay: Replay, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Row]:
    """The campaign of these users by metric: their orders as points, their revenue as orders."""
    ids = [1 + user for user in users["user"]]
    members = [
        {"campaign_id": 1, "client_id": client, "arm": "treatment" if variant else "control"}
        for client, variant in zip(ids, users["variant"], strict=True)
    ]
    return build(
        replay,
        tmp_path_factory.mktemp("users"),
        clients=[{**client, "date_joined": JOINED} for client in clients(*ids)],
        campaign_members=members,
        loyalty_transactions=events(
            ids,
            users["orders_covariate"],
            users["orders"],
            lambda points: {"transaction_type": "add", "points": SCALE * points},
            "timestamp",
        ),
        orders=events(
            ids,
            users["revenue_covariate"],
            users["revenue"],
            lambda amount: {"amount": f"{amount:.2f}"},
            "ordered_at",
        ),
    )


@pytest.mark.parametrize(
    ("study", "keys"),
    [
        (PLAIN_TEA_TASTING, ("effect", "effect_low", "effect_high")),
        (CUPED_TEA_TASTING, ("adjusted_effect", "adjusted_low", "adjusted_high")),
    ],
    ids=["plain_tea_tasting", "cuped_tea_tasting"],
)
def test_a_published_experiment(
    measured: dict[str, Row], study: tuple[Decimal, ...], keys: tuple[str, ...]
) -> None:
    """Printed are Student's intervals, which with so many users differ in the fifth decimal."""
    points = measured["points_issued"]
    exact, *bounds = (points[key] / SCALE for key in keys)
    assert rounded(exact, 7) == rounded(study[0], 7)
    assert [rounded(bound, 4) for bound in bounds] == [rounded(bound, 4) for bound in study[1:]]


@pytest.mark.parametrize(("metric", "value"), [("points_issued", "orders"), ("revenue", "revenue")])
def test_intervals_are_those_of_tea_tasting(
    users: Row, measured: dict[str, Row], metric: str, value: str
) -> None:
    """By normal quantiles, as here."""
    units = SCALE if metric == "points_issued" else 1
    experiment = tt.Experiment(
        effect=tt.Mean(value, use_t=False),
        adjusted=tt.Mean(value, f"{value}_covariate", use_t=False),
    )
    analysis = experiment.analyze(tt.make_users_data(rng=42, covariates=True))
    figures = measured[metric]
    assert figures["treatment_mean"] == rounded(units * analysis["effect"].treatment)
    assert figures["comparison_mean"] == rounded(units * analysis["effect"].control)
    assert figures["relative_effect"] == rounded(analysis["effect"].rel_effect_size)
    for name, key in (("effect", "effect"), ("adjusted", "adjusted_effect")):
        theirs = analysis[name]
        low, high = (f"{name}_low", f"{name}_high")
        assert figures[key] == rounded(units * theirs.effect_size)
        assert figures[low] == rounded(units * theirs.effect_size_ci_lower)
        assert figures[high] == rounded(units * theirs.effect_size_ci_upper)


def test_a_published_difference_in_differences(tmp_path: Path, replay: Replay) -> None:
    """Each client spends its group's mean, so that nothing varies within one."""
    treated, others = range(1, 41), range(41, 101)
    (before, during), (before_there, during_there) = CARD_KRUEGER.treated, CARD_KRUEGER.compared
    ids = [*treated, *others]
    figures = build(
        replay,
        tmp_path,
        clients=clients(*ids),
        campaign_members=[{"campaign_id": 1, "client_id": client} for client in treated],
        orders=events(
            ids,
            [before] * len(treated) + [before_there] * len(others),
            [during] * len(treated) + [during_there] * len(others),
            lambda amount: {"amount": str(amount)},
            "ordered_at",
        ),
    )
    revenue = figures["revenue"]
    assert revenue["effect"] == CARD_KRUEGER.effect
    assert revenue["effect_low"] == revenue["effect_high"] == CARD_KRUEGER.effect
    assert revenue["incremental_total"] == len(treated) * CARD_KRUEGER.effect
    assert revenue["adjusted_effect"] is None


def build(replay: Replay, directory: Path, **entities: Iterable[Row]) -> dict[str, Row]:
    """The figures of the one campaign of these rows, by metric."""
    source = directory / "source"
    source.mkdir()
    write_source(source, campaigns=[CAMPAIGN], **entities)
    inputs = replace(DEFAULTS, as_of=date(2024, 3, 31))
    replay.build(source, directory / "marts.duckdb", inputs)
    with duckdb.connect(str(directory / "marts.duckdb"), read_only=True) as marts:
        found = marts.execute("from fct_campaign_metrics")
        names = [column[0] for column in found.description]
        rows = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    return {row["metric"]: row for row in rows}


def events(ids: list[int], before: list, during: list, columns: Any, time: str) -> Iterator[Row]:
    """An event for each client with a value in either window."""
    values = [(BEFORE, *pair) for pair in zip(ids, before, strict=True)]
    values += [(DURING, *pair) for pair in zip(ids, during, strict=True)]
    for number, (at, client, value) in enumerate(values, start=1):
        if value:
            yield {
                "id": number,
                "website_id": 1,
                "client_id": client,
                time: at,
                **columns(value),
            }


def rounded(value: Decimal | float, decimals: int = 4) -> Decimal:
    return Decimal(str(value)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)
