"""The recount's ranges, told by hand: which dates a config asks for, and which keys go unused."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from support.handmade import clients, ledger, write_source
from support.recount import recount, recount_fallbacks

ROOT = "1/api/v1/loyalty-management"
AS_OF = date(2024, 1, 31)


def source_of(directory: Path, config: Any) -> Path:
    """A website with one widget, two clients, of whom one joins late."""
    widget = {"id": 1, "website_id": 1, "widget_type": "engagement_rate", "title": "t"}
    widget |= {"position": 1, "is_visible": True, "config": config}
    entries = (
        (1, "add", 5, "2024-01-10"),
        (2, "add", 7, "2024-01-20"),
        (1, "add", 9, "2024-01-31"),
    )
    return write_source(
        directory,
        clients=[*clients(1), {"id": 2, "website_id": 1, "date_joined": "2024-01-20T12:00:00Z"}],
        loyalty_transactions=ledger(*entries),
        dashboard_widgets=[widget],
    )


@pytest.mark.parametrize(
    ("config", "dates", "unused"),
    [
        ({"date_from": "2024-01-05", "date_to": "2024-01-06"}, "2024-01-05 2024-01-06", []),
        ({"date_from": "2024-01-31"}, "2024-01-31 2024-01-31", []),
        ({"date_to": "2024-01-31"}, "2024-01-02 2024-01-31", []),
        ({"date_to": "2024-01-10", "days": 3}, "2024-01-08 2024-01-10", []),
        ({"date_to": "2024-01-10", "days": "3"}, "2023-12-12 2024-01-10", ["days"]),
        ({"date_to": "1970-01-02", "days": 3}, "1970-01-01 1970-01-02", []),
        ({"date_from": "2024-01-30", "days": 3}, "2024-01-30 2024-01-31", ["days"]),
        ({"date_from": "2014-01-24"}, "2014-01-24 2024-01-31", []),
        ({"date_from": "2014-01-23"}, None, ["date_from"]),
        ({"date_from": "2024-01-02", "date_to": "2024-01-01"}, None, ["date_from"]),
        ({"date_from": "2024-02-01", "days": 3}, None, ["date_from"]),
        ({"date_from": "2024-01-01", "date_to": "2024-02-01"}, None, ["date_to"]),
        ({"date_from": 20240101, "date_to": "2024-01-10"}, "2023-12-12 2024-01-10", ["date_from"]),
        ({"date_from": "1969-12-31", "date_to": "2024-1-10"}, None, ["date_from", "date_to"]),
        ({"date_from": None, "date_to": "2024-01-10\n"}, None, ["date_from", "date_to"]),
        (["date_from"], None, []),
    ],
    ids=json.dumps,
)
def test_the_dates_that_a_config_asks_for(
    tmp_path: Path, config: Any, dates: str | None, unused: list[str]
) -> None:
    source = source_of(tmp_path, config)
    files = recount(source, window_days=[])
    ranges = [path for path in files if "date_" in path]
    expected = []
    if dates is not None:
        first, last = dates.split()
        file = f"date_from={first}&date_to={last}.json"
        expected = [f"{ROOT}/analytics/engagement_stats/{file}"]
    assert ranges == expected
    assert recount_fallbacks(source) == [(1, 1, key) for key in unused]


def test_a_range_is_the_window_of_a_run_that_ended_with_it(tmp_path: Path) -> None:
    """The second client joined later, and the balance is that of the range's end."""
    files = recount(source_of(tmp_path, {"date_from": "2024-01-10", "date_to": "2024-01-19"}))
    folder = f"{ROOT}/dashboard-widgets/1/data"
    shown = json.loads(files[f"{folder}/index.json"])
    assert shown["as_of"] == "2024-01-19"
    assert shown["data"] == {
        "total_clients": 1,
        "active_clients": 1,
        "clients_with_redemptions": 0,
        "clients_with_transactions": 1,
        "engagement_rate": 100.0,
        "redemption_rate": 0.0,
    }


def test_without_events_every_range_waits(tmp_path: Path) -> None:
    source = source_of(tmp_path, {"date_from": "2024-01-10", "date_to": "2024-01-19"})
    (source / "loyalty_transactions.jsonl").write_text("")
    assert [path for path in recount(source) if "date_" in path] == []
    assert recount_fallbacks(source) == [(1, 1, "date_to")]
