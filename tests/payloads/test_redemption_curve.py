"""The published redemption curve is the survival estimate that textbooks print, month for month.

Each patient is a client with one point, and each time a month: the point is issued so long before
the last complete month, and redeemed in that month unless the patient was lost sight of.
"""

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
import simplejson
from support.replay import DEFAULTS, Replay

LAST_MONTH = 2023 * 12 + 11
AS_OF = date(2023, 12, 31)
CURVE = "1/api/v1/loyalty-management/analytics/redemption_curve/index.json"

REMISSION = "6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+"
"""Weeks of remission with 6-MP (Freireich and others, 1963); + is lost sight of."""
REMAINING = {
    # weeks: at risk, relapses, share in remission
    6: (21, 3, "0.8571"),
    7: (17, 1, "0.8067"),
    10: (15, 1, "0.7529"),
    13: (12, 1, "0.6902"),
    16: (11, 1, "0.6275"),
    22: (7, 1, "0.5378"),
    23: (6, 1, "0.4482"),
}
MAINTENANCE = "9 13 13+ 18 23 28+ 31 34 45+ 48 161+"
"""Weeks of survival with maintained chemotherapy (`aml` of R's package survival)."""
SURVIVING = {
    9: (11, 1, "0.9091"),
    13: (10, 1, "0.8182"),
    18: (8, 1, "0.7159"),
    23: (7, 1, "0.6136"),
    31: (5, 1, "0.4909"),
    34: (4, 1, "0.3682"),
    48: (2, 1, "0.1841"),
}


def write_patients(source: Path, times: str) -> None:
    patients = times.split()
    ledger = []
    for client, time in enumerate(patients, start=1):
        ledger.append((client, "add", 1, LAST_MONTH - int(time.rstrip("+"))))
        if not time.endswith("+"):
            ledger.append((client, "redeem", -1, LAST_MONTH))
    entities: dict[str, Iterable[dict]] = {
        "websites": [{"id": 1, "name": "Trial", "timezone": "UTC"}],
        "clients": [{"id": 1 + place, "website_id": 1} for place in range(len(patients))],
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


@pytest.mark.parametrize(
    ("times", "printed"), [(REMISSION, REMAINING), (MAINTENANCE, SURVIVING)], ids=["6-MP", "AML"]
)
def test_the_curve_is_the_kaplan_meier_estimate(
    tmp_path: Path, replay: Replay, times: str, printed: dict[int, tuple[int, int, str]]
) -> None:
    source = tmp_path / "source"
    source.mkdir()
    write_patients(source, times)
    export = replay.export(source, tmp_path, replace(DEFAULTS, as_of=AS_OF))
    curve = simplejson.loads((export.version / CURVE).read_bytes(), use_decimal=True)

    longest = max(int(time.rstrip("+")) for time in times.split())
    assert [row["age_months"] for row in curve] == list(range(longest + 1))
    assert {row["deducted"] for row in curve} == {0}
    with_redemptions = {
        row["age_months"]: (row["points_at_risk"], row["redeemed"], row["redeemed_rate"])
        for row in curve
        if row["redeemed"]
    }
    assert with_redemptions == {
        time: (at_risk, redeemed, 100 * (1 - Decimal(share)))
        for time, (at_risk, redeemed, share) in printed.items()
    }
