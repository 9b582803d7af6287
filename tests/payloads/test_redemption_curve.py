"""The published redemption curve is the survival estimate that textbooks print, month for month.

Each subject is a client with one point, and each unit of time a month: the point is issued so long
before the last complete month, and redeemed in that month if the time ended with the event.
"""

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import simplejson
from support.golden import KM_6MP, KM_AML_MAINTAINED, SurvivalStudy
from support.replay import DEFAULTS, Replay

LAST_MONTH = 2023 * 12 + 11
AS_OF = date(2023, 12, 31)
CURVE = "1/api/v1/loyalty-management/analytics/redemption_curve/index.json"


def write_subjects(source: Path, study: SurvivalStudy) -> None:
    ledger = []
    for client, (time, has_event) in enumerate(study.times, start=1):
        ledger.append((client, "add", 1, LAST_MONTH - time))
        if has_event:
            ledger.append((client, "redeem", -1, LAST_MONTH))
    entities: dict[str, Iterable[dict]] = {
        "websites": [{"id": 1, "name": "Trial", "timezone": "UTC"}],
        "clients": [{"id": 1 + place, "website_id": 1} for place in range(len(study.times))],
        "loyalty_tiers": [],
        "loyalty_transactions": [
            {
                "id": number,
                "website_id": 1,
                "client_id": client,
                "transaction_type": kind,
                "points": points,
                "timestamp": f"{month // 12}-{month % 12 + 1:02}-15 12:00:00",
            }
            for number, (client, kind, points, month) in enumerate(ledger, start=1)
        ],
        "redemption_categories": [],
        "redemption_items": [],
        "redemption_requests": [],
    }
    for entity, rows in entities.items():
        lines = "".join(json.dumps(row) + "\n" for row in rows)
        (source / f"{entity}.jsonl").write_text(lines, encoding="utf-8")


@pytest.mark.parametrize("study", [KM_6MP, KM_AML_MAINTAINED], ids=["km_6mp", "km_aml_maintained"])
def test_the_curve_is_the_kaplan_meier_estimate(
    tmp_path: Path, replay: Replay, study: SurvivalStudy
) -> None:
    source = tmp_path / "source"
    source.mkdir()
    write_subjects(source, study)
    export = replay.export(source, tmp_path, replace(DEFAULTS, as_of=AS_OF))
    curve = simplejson.loads((export.version / CURVE).read_bytes(), use_decimal=True)

    longest = max(time for time, _ in study.times)
    assert [row["age_months"] for row in curve] == list(range(longest + 1))
    assert {row["deducted"] for row in curve} == {0}
    with_redemptions = [
        (row["age_months"], row["points_at_risk"], row["redeemed"], row["redeemed_rate"])
        for row in curve
        if row["redeemed"]
    ]
    assert with_redemptions == [
        (time, at_risk, events, 100 * (1 - surviving))
        for time, at_risk, events, surviving in study.estimate
    ]
