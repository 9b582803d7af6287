"""Published survival curves come out of the mart of first redemptions as they were printed."""

import json
from dataclasses import replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import duckdb
import pytest
from support.replay import DEFAULTS, Replay

AS_OF = date(2024, 12, 31)

# Remission under 6-MP (Freireich et al. 1963): weeks, and whether it ended or was last seen then.
SIX_MP = [(6, 3, 1), (7, 1, 0), (9, 0, 1), (10, 1, 1), (11, 0, 1), (13, 1, 0), (16, 1, 0)]
SIX_MP += [(17, 0, 1), (19, 0, 1), (20, 0, 1), (22, 1, 0), (23, 1, 0), (25, 0, 1), (32, 0, 2)]
SIX_MP += [(34, 0, 1), (35, 0, 1)]
SIX_MP_CURVE = [
    (6, 21, 3, "0.8571"),
    (7, 17, 1, "0.8067"),
    (10, 15, 1, "0.7529"),
    (13, 12, 1, "0.6902"),
    (16, 11, 1, "0.6275"),
    (22, 7, 1, "0.5378"),
    (23, 6, 1, "0.4482"),
]

# Acute myelogenous leukaemia, maintained (Miller 1997; `aml` of R's survival).
AML = [(9, 1, 0), (13, 1, 1), (18, 1, 0), (23, 1, 0), (28, 0, 1), (31, 1, 0), (34, 1, 0)]
AML += [(45, 0, 1), (48, 1, 0), (161, 0, 1)]
AML_CURVE = [
    (9, 11, 1, "0.9091"),
    (13, 10, 1, "0.8182"),
    (18, 8, 1, "0.7159"),
    (23, 7, 1, "0.6136"),
    (31, 5, 1, "0.4909"),
    (34, 4, 1, "0.3682"),
    (48, 2, 1, "0.1841"),
]


@pytest.mark.parametrize(
    ("observed", "curve", "median"),
    [(SIX_MP, SIX_MP_CURVE, 23), (AML, AML_CURVE, 31)],
    ids=["km_6mp", "km_aml_maintained"],
)
def test_a_published_curve(
    tmp_path: Path,
    replay: Replay,
    observed: list[tuple[int, int, int]],
    curve: list[tuple[int, int, int, str]],
    median: int,
) -> None:
    write_source(tmp_path, observed)
    replay.build(tmp_path, tmp_path / "marts.duckdb", replace(DEFAULTS, as_of=AS_OF))
    with duckdb.connect(str(tmp_path / "marts.duckdb"), read_only=True) as marts:
        rows = marts.execute(
            "select day, clients_at_risk, first_redemptions, redeemed_share"
            " from fct_first_redemption_curve order by day"
        ).fetchall()
        report = marts.execute(
            "select clients, redeemed, median_days from reports.rpt_first_redemption"
        ).fetchone()
    assert [
        (day, at_risk, redeemed, (1 - share).quantize(Decimal("0.0001"), ROUND_HALF_UP))
        for day, at_risk, redeemed, share in rows
    ] == [(*row, Decimal(left)) for *row, left in curve]
    clients = sum(events + censored for _, events, censored in observed)
    assert report == (clients, sum(events for _, events, _ in observed), median)


def write_source(directory: Path, observed: list[tuple[int, int, int]]) -> None:
    """A client for each case: it redeems so many days after joining, or joined so long ago."""
    cases = [
        (day, has_redeemed)
        for day, events, censored in observed
        for has_redeemed in [True] * events + [False] * censored
    ]
    clients, requests = [], []
    for number, (day, has_redeemed) in enumerate(cases, start=1):
        joined = AS_OF - timedelta(days=day + number * has_redeemed)
        clients.append({"id": number, "website_id": 1, "date_joined": f"{joined} 12:00:00"})
        if has_redeemed:
            requests.append(
                {
                    "id": number,
                    "website_id": 1,
                    "client_id": number,
                    "item_id": 1,
                    "points_used": 1,
                    "status": "fulfilled",
                    "requested_at": f"{joined + timedelta(days=day)} 12:00:00",
                }
            )
    entities = {
        "websites": [{"id": 1, "name": "Trial"}],
        "clients": clients,
        "loyalty_tiers": [{"id": 1, "website_id": 1, "name": "Bronze", "threshold": 0}],
        "redemption_categories": [{"id": 1, "website_id": 1, "name": "Things"}],
        "redemption_items": [
            {"id": 1, "website_id": 1, "category_id": 1, "name": "Thing", "points_required": 1}
        ],
        "redemption_requests": requests,
        "loyalty_transactions": [],
    }
    for entity, rows in entities.items():
        lines = "".join(json.dumps(row) + "\n" for row in rows)
        (directory / f"{entity}.jsonl").write_text(lines, encoding="utf-8")
