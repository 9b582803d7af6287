"""All websites together: what is exported of each, added up, and rates made of the sums."""

from collections import defaultdict
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal, localcontext
from pathlib import Path
from typing import Any

import pytest
import simplejson
from support.datasets import mid_history, write_dataset
from support.replay import DEFAULTS, Replay
from support.servers import ROOT
from support.workspaces import read_payloads

from api_export.payloads.endpoints import ENDPOINTS

RATES = {
    "average_points_per_client": (1, "total_points_balance", "active_clients"),
    "average_redemption_value": (1, "total_redemption_value", "total_redemptions"),
    "engagement_rate": (100, "clients_with_transactions", "total_clients"),
    "redemption_rate": (100, "clients_with_redemptions", "active_clients"),
}
"""Each as a factor, and the keys of what is divided by what."""
SAME = ("as_of", "days", "date", "month", "is_complete", "figure")
OF_CLIENTS = ("client_lifetime_value",)
"""Its parts are in no payload."""
ADDED = {
    "overview",
    "points_balance",
    "points_trend",
    "redemption_trend",
    "engagement_stats",
    "roll_forward",
    "comparison",
    "headlines",
}
COMPARED_RATES = ("average_redemption_value", "points_per_active_client", "engagement_rate")
"""Figures of the comparison that don't add up; what was before may be known of some alone."""
SAID = "headlines"
"""What is said of the sums: the recount proves it."""


def ratio(factor: int, numerator: int, denominator: int) -> Decimal:
    with localcontext(prec=60):
        value = Decimal(factor * numerator) / denominator if denominator else Decimal(0)
        return value.quantize(Decimal("0.01"), ROUND_HALF_UP)


def added(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """The same row of several websites as one: counts added up, rates anew."""
    sums = {
        key: rows[0][key] if key in SAME else sum(row[key] for row in rows)
        for key in rows[0]
        if key not in (*RATES, *OF_CLIENTS)
    }
    clients = sums.get("active_clients", sums.get("total_active_clients"))
    known = sums | {"active_clients": clients}
    rates = {
        key: ratio(factor, known[numerator], known[denominator])
        for key, (factor, numerator, denominator) in RATES.items()
        if key in rows[0]
    }
    return sums | rates


def read(payload: bytes) -> list[dict[str, Any]]:
    content = simplejson.loads(payload, use_decimal=True)
    rows = content if isinstance(content, list) else [content]
    return [
        {"figure": row["figure"], "value": row["value"]} if "figure" in row else row
        for row in rows
        if row.get("figure") not in COMPARED_RATES
    ]


def place_of(row: dict[str, Any]) -> str | None:
    """What tells the rows of a list apart."""
    return row.get("date") or row.get("month") or row.get("figure")


@pytest.mark.parametrize(("seed", "is_earlier"), [(0, False), (2, True), (7, False)])
def test_all_websites_are_the_sum_of_each(
    tmp_path: Path, replay: Replay, seed: int, is_earlier: bool
) -> None:
    source = tmp_path / "source"
    source.mkdir()
    write_dataset(source, seed)
    inputs = replace(DEFAULTS, as_of=mid_history() if is_earlier else None, window_days=(1, 400))
    files = read_payloads(replay.export(source, tmp_path, inputs).version)

    websites = [website["id"] for website in read(files["websites.json"])]
    paths = sorted(path.removeprefix("all/") for path in files if path.startswith("all/"))
    assert len(websites) > 1
    assert paths == sorted(
        f"{ROOT}/{endpoint.path(value)}"
        for endpoint in ENDPOINTS
        if endpoint.name in ADDED
        for value in ((None, 1, 400) if endpoint.parameter else (None,))
    )
    for path in (path for path in paths if path.split("/")[-2] != SAID):
        of_each: dict[Any, list[dict[str, Any]]] = defaultdict(list)
        for website in websites:
            for row in read(files[f"{website}/{path}"]):
                of_each[place_of(row)].append(row)
        of_all = {
            place_of(row): {key: value for key, value in row.items() if key not in OF_CLIENTS}
            for row in read(files[f"all/{path}"])
        }
        assert list(of_all) == (list(of_each) if "comparison" in path else sorted(of_each)), path
        assert of_all == {place: added(rows) for place, rows in of_each.items()}, path


def test_just_these_endpoints_add_up() -> None:
    assert {endpoint.name for endpoint in ENDPOINTS if endpoint.sums_up} == ADDED


def test_without_websites_there_are_zeros_and_empty_lists(tmp_path: Path, replay: Replay) -> None:
    source = tmp_path / "source"
    source.mkdir()
    write_dataset(source, 4, file_format="csv", dirty=False)
    for path in source.iterdir():
        path.write_text(path.read_text(encoding="utf-8-sig").splitlines()[0] + "\n")

    files = read_payloads(replay.export(source, tmp_path).version)

    of_all = {
        path.removeprefix(f"all/{ROOT}/analytics/"): simplejson.loads(content, use_decimal=True)
        for path, content in files.items()
        if path.startswith("all/")
    }
    assert of_all["points_trend/days=7.json"] == of_all["redemption_trend/index.json"] == []
    for name in ("overview", "engagement_stats", "points_balance"):
        figures = of_all[f"{name}/index.json"]
        assert figures.pop("as_of", None) is None
        assert figures.pop("days", 30) == 30
        assert set(figures.values()) == {0}, name
