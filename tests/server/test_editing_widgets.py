"""Widgets edited through the API: served at once, exported by every later run."""

import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest
import requests
import simplejson
from support.commands import Loyalty
from support.fitted import recount_with_fits
from support.recount import recount_fallbacks
from support.servers import ADMIN, NOT_FOUND, TOKEN, Serving, serve
from support.workspaces import Built, read_files, read_payloads

from orchestration.workspace.workspace import Workspace

WIDGETS = "dashboard-widgets/"
MADE = {
    "widget_type": "top_redemptions",
    "title": "<img src=x onerror=alert(1)> \u2028 \u202e' or 1=1 --",
    "position": 0,
    "config": {"limit": 3, "days": "7", "exact": 1.5, "</script>": ["\u0000", None]},
}


def widgets_of(serving: Serving, website: int = 1) -> dict[int, dict[str, Any]]:
    return {widget["id"]: widget for widget in serving.get(WIDGETS, website=website).json()}


def send(serving: Serving, method: str, path: str, fields: Any = None, website: int = 1) -> Any:
    return requests.request(
        method,
        serving.api + path,
        params={"website": website},
        json=fields,
        headers=ADMIN,
        timeout=60,
    )


def test_edited_widgets_are_served_at_once_and_exported_by_every_later_run(
    tmp_path: Path,
    built: Built,
    dirty_source: Path,
    loyalty: Loyalty,
) -> None:
    workspace = Workspace(shutil.copytree(built.workspace, tmp_path / "workspace", symlinks=True))
    with serve(workspace, LOYALTY_ADMIN_TOKEN=TOKEN) as own:
        changed, hidden, deleted = list(widgets_of(own))[:3]
        others = widgets_of(own, website=2)
        before = widgets_of(own)[changed]
        created = send(own, "POST", WIDGETS, MADE)
        assert created.status_code == 201
        made = created.json()["id"]
        changes = {"title": "Anew", "position": 0}
        answer = send(own, "PUT", f"{WIDGETS}{changed}/", {**before, **changes})
        assert answer.json() == {**before, **changes}
        for_nobody = {"widget_type": "points_balance", "title": "Hidden", "is_visible": False}
        assert send(own, "PUT", f"{WIDGETS}{hidden}/", for_nobody).status_code == 200
        assert send(own, "DELETE", f"{WIDGETS}{deleted}/").status_code == 204

        served = widgets_of(own)
        assert own.get(f"{WIDGETS}{made}/").content == created.content
        assert served[made] == created.json()
        by_position = sorted(served.values(), key=lambda each: (each["position"], each["id"]))
        assert list(served.values()) == by_position
        assert len(own.get(f"{WIDGETS}{made}/data/").json()["data"]) == 3
        assert served[changed]["title"] == "Anew"
        assert not {hidden, deleted} & served.keys()
        assert widgets_of(own, website=2) == others

    exported = read_files(workspace.current_export)
    done = loyalty("run", "--workspace", workspace.root, "--source", f"files:{dirty_source}")
    assert "incremental" in done.stdout and "the same bytes as before" in done.stdout
    assert read_files(workspace.current_export) == exported
    edits = [edit._asdict() for edit in workspace.widget_edits()]
    payloads = read_payloads(workspace.current_export)
    manifest = simplejson.loads(payloads.pop("manifest.json"))
    assert payloads == recount_with_fits(dirty_source, widget_edits=edits)
    fallbacks = [warning for warning in manifest["warnings"] if ": config " in warning]
    assert len(fallbacks) == len(recount_fallbacks(dirty_source, edits))
    with duckdb.connect(str(workspace.marts), read_only=True) as marts:
        shown = marts.execute("select title from dashboard_widgets where widget_id = ?", [made])
        assert shown.fetchall() == [(MADE["title"],)]


def test_ids_of_made_widgets_are_their_own_for_ever(own: Serving) -> None:
    ids = [send(own, "POST", WIDGETS, MADE, website).json()["id"] for website in (1, 2)]
    assert ids == [9_000_000_000_000_000, 9_000_000_000_000_001]
    assert send(own, "DELETE", f"{WIDGETS}{ids[1]}/", website=2).status_code == 204
    assert send(own, "POST", WIDGETS, MADE, 2).json()["id"] == ids[1] + 1
    for method in ("PUT", "DELETE"):
        for website, widget_id in ((2, ids[1]), (2, ids[0]), (1, 12345)):
            answer = send(own, method, f"{WIDGETS}{widget_id}/", MADE, website)
            assert (answer.status_code, answer.json()) == (404, NOT_FOUND)


def test_what_a_change_leaves_out_stays(own: Serving) -> None:
    made = send(own, "POST", WIDGETS, {**MADE, "is_visible": False}).json()
    assert made["is_visible"] is False
    needed = {"widget_type": "points_balance", "title": "  Other "}
    changed = send(own, "PUT", f"{WIDGETS}{made['id']}/", needed).json()
    assert changed == {**made, "widget_type": "points_balance", "title": "Other"}


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({}, {"widget_type": "This field is required.", "title": "This field is required."}),
        ({"title": None}, {"title": "This field may not be null."}),
        ({"title": " \t"}, {"title": "This field may not be blank."}),
        ({"title": 5}, {"title": "Not a valid string."}),
        ({"title": "a\0b"}, {"title": "Null characters are not allowed."}),
        ({"title": "\ud800"}, {"title": "Not a valid string."}),
        ({"title": "x" * 201}, {"title": "Ensure this field has no more than 200 characters."}),
        ({"widget_type": "map"}, {"widget_type": '"map" is not a valid choice.'}),
        ({"position": "first"}, {"position": "A valid integer is required."}),
        ({"position": 1.5}, {"position": "A valid integer is required."}),
        (
            {"position": 2**63},
            {"position": f"Ensure this value is less than or equal to {2**63 - 1}."},
        ),
        ({"position": -1}, {"position": "Ensure this value is greater than or equal to 0."}),
        ({"is_visible": "perhaps"}, {"is_visible": "Must be a valid boolean."}),
        ({"is_visible": None}, {"is_visible": "This field may not be null."}),
        ({"config": None}, {"config": "This field may not be null."}),
        ({"config": {"a": "\ud800"}}, {"config": "Value must be valid JSON."}),
        ([MADE], {"non_field_errors": "Invalid data. Expected a dictionary, but got list."}),
    ],
)
def test_a_wrong_widget_is_refused_in_words_of_drf(
    serving: Serving, fields: Any, told: dict[str, str]
) -> None:
    body = MADE | fields if isinstance(fields, dict) and fields else fields
    answer = send(serving, "POST", WIDGETS, body)
    assert answer.status_code == 400
    assert answer.json() == {field: [words] for field, words in told.items()}
    assert not serving.workspace.widget_edits()


def test_editing_widgets_needs_the_admin_token(serving: Serving) -> None:
    (widget_id, *_) = widgets_of(serving)
    for method, path in (
        ("POST", WIDGETS),
        ("PUT", f"{WIDGETS}{widget_id}/"),
        ("PATCH", f"{WIDGETS}{widget_id}/"),
        ("DELETE", f"{WIDGETS}{widget_id}/"),
    ):
        answer = requests.request(method, serving.api + path, json=MADE, timeout=30)
        assert answer.status_code == 401
