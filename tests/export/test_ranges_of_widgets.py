"""The ranges that widgets ask for: which files they have, and from when on they count."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import simplejson
from support.handmade import clients, ledger, write_source
from support.replay import DEFAULTS, Replay
from support.servers import ROOT
from support.workspaces import read_payloads

from api_export.payloads.additions import WidgetEdit

ENTRIES = ledger(
    (1, "add", 5, "2024-01-30"), (1, "add", 7, "2024-01-31"), (1, "add", 9, "2024-02-10")
)
WIDGETS = {
    1: ("points_issued", {"date_from": "2024-01-31", "date_to": "2024-02-01"}),
    2: ("points_issued", {"date_from": "2024-01-31", "date_to": "2024-02-01", "title": "again"}),
    3: ("points_balance", {"date_from": "2024-01-31", "date_to": "2024-01-31"}),
    4: ("conversion_rate", {"date_from": "2024-02-08"}),
    5: ("engagement_rate", {"date_to": "2024-02-10", "days": 12}),
}


def exported(
    tmp_path: Path, replay: Replay, as_of: date, edits: tuple[WidgetEdit, ...] = ()
) -> tuple[dict[str, Any], list[str]]:
    """The payloads by their paths below the website, and the warnings of widgets."""
    scratch = tmp_path / f"{as_of}"
    source = scratch / "source"
    source.mkdir(parents=True)
    widgets = [
        {"id": number, "website_id": 1, "widget_type": kind, "title": "Widget", "position": 1}
        | {"is_visible": True, "config": json.dumps(config)}
        for number, (kind, config) in WIDGETS.items()
    ]
    write_source(
        source, clients=clients(1), loyalty_transactions=ENTRIES, dashboard_widgets=widgets
    )
    inputs = replace(DEFAULTS, as_of=as_of, window_days=(30,), widget_edits=edits)
    files = read_payloads(replay.export(source, scratch, inputs).version)
    payloads = {
        path.removeprefix(f"1/{ROOT}/"): simplejson.loads(content)
        for path, content in files.items()
    }
    warnings = payloads.pop("manifest.json")["warnings"]
    return payloads, [warning for warning in warnings if ": config " in warning]


def ranges_of(payloads: dict[str, Any]) -> set[str]:
    return {path for path in payloads if "date_" in path}


def data_of(payloads: dict[str, Any], widget: int) -> Any:
    return payloads[f"dashboard-widgets/{widget}/data/index.json"]


def test_a_range_has_one_file_of_its_endpoint_and_is_the_data_of_each_widget(
    tmp_path: Path, replay: Replay
) -> None:
    payloads, warnings = exported(tmp_path, replay, date(2024, 2, 10))
    trend = "analytics/points_trend/date_from=2024-01-31&date_to=2024-02-01.json"
    conversion = "analytics/conversion/date_from=2024-02-08&date_to=2024-02-10.json"
    engagement = "analytics/engagement_stats/date_from=2024-01-30&date_to=2024-02-10.json"
    assert ranges_of(payloads) == {trend, conversion, engagement}
    assert payloads[trend] == [
        {"date": "2024-01-31", "issued": 7, "redeemed": 0, "balance": 12},
        {"date": "2024-02-01", "issued": 0, "redeemed": 0, "balance": 12},
    ]
    for widget in (1, 2):
        assert data_of(payloads, widget)["as_of"] == "2024-02-01"
        assert data_of(payloads, widget)["data"] == payloads[trend]
    assert data_of(payloads, 3)["as_of"] == "2024-02-10"
    assert data_of(payloads, 3)["data"]["total_points_balance"] == 21
    assert data_of(payloads, 4)["data"] == payloads[conversion]
    assert (payloads[conversion]["as_of"], payloads[conversion]["days"]) == ("2024-02-10", 3)
    assert data_of(payloads, 5)["data"] == payloads[engagement]
    assert "analytics/engagement_stats/days=12.json" not in payloads
    assert warnings == []


def test_a_range_counts_once_as_of_has_come_to_its_end(tmp_path: Path, replay: Replay) -> None:
    payloads, warnings = exported(tmp_path, replay, date(2024, 1, 31))
    assert ranges_of(payloads) == set()
    window = payloads["analytics/points_trend/days=30.json"]
    assert data_of(payloads, 1)["as_of"] == "2024-01-31"
    assert data_of(payloads, 1)["data"] == window
    assert data_of(payloads, 5)["data"] == payloads["analytics/engagement_stats/days=12.json"]
    waiting = {1: "date_to", 2: "date_to", 4: "date_from", 5: "date_to"}
    for warning, (widget, key) in zip(warnings, waiting.items(), strict=True):
        last = WIDGETS[widget][1][key]
        assert warning == (
            f'website 1, widget {widget}: config {key} is "{last}", after as_of, 2024-01-31; it'
            f" counts once as_of has come to {last}, until then the window that ends on as_of is"
            " used"
        )


def test_an_edit_asks_for_a_range_as_the_source_does(tmp_path: Path, replay: Replay) -> None:
    edit = WidgetEdit(
        website_id=1,
        widget_id=1,
        is_deleted=False,
        widget_type="redemptions_trend",
        title="Edited",
        position=1,
        is_visible=True,
        config='{"date_from": "2024-02-03", "date_to": "2024-02-04"}',
    )
    payloads, _ = exported(tmp_path, replay, date(2024, 2, 10), (edit,))
    path = "analytics/redemption_trend/date_from=2024-02-03&date_to=2024-02-04.json"
    assert path in ranges_of(payloads)
    assert data_of(payloads, 1)["data"] == payloads[path]
