"""What `loyalty serve` answers to readers: bytes of the export, headers, refusals."""

import hashlib
import re
import shutil
from pathlib import Path

import duckdb
import pytest
import requests
import simplejson
from support.fitted import recount_with_fits
from support.servers import (
    NOT_FOUND,
    ROOT,
    Serving,
    api_call,
    serve,
)
from support.workspaces import publish, read_files, read_payloads

from orchestration.workspace.workspace import Workspace


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
    expected = recount_with_fits(dirty_source, window_days=(1, 13, 3660), top_limits=(2, 100))
    requested = [path for path in expected if re.search(r"=(1|13|3660|2|100)\.json", path)]
    assert len(requested) > 50
    for path in requested:
        call, parameters = api_call(path)
        assert serving.get(call, **parameters).content == expected[path], path


def test_restatements_are_served_oldest_first_and_in_no_file(
    tmp_path: Path, few_marts: Path
) -> None:
    marts = tmp_path / "marts.duckdb"
    shutil.copyfile(few_marts, marts)
    march = "1, {}, '2024-03-01', '2024-03-31', '{}', '2024-04-01', '2024-04-02', {}, 0, 2, 1, 0"
    with duckdb.connect(str(marts)) as connection:
        for publication, figure, before in (
            (3, "total_redemptions", 4),
            (2, "total_redemptions", -5),
            (2, "total_points_issued", 6.5),
        ):
            row = march.format(publication, figure, before)
            connection.execute(f"insert into reports.rpt_restatements values ({row})")
    workspace = Workspace(tmp_path / "workspace")
    publish(workspace, marts)
    with serve(workspace) as serving:
        answer = serving.get("analytics/restatements/", website=1)
        assert serving.get("analytics/restatements/", website=2).content == b"[]\n"
        assert not list(serving.current.rglob("*restatements/*"))
    rows = answer.json()
    assert [(row["figure"], row["from_value"]) for row in rows] == [
        ("total_points_issued", 6.5),
        ("total_redemptions", -5),
        ("total_redemptions", 4),
    ]
    assert list(rows[0].items())[:2] == [("date_from", "2024-03-01"), ("date_to", "2024-03-31")]
    assert b'"from_value": -5.00,' in answer.content


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
        ".txt": "text/plain; charset=utf-8",
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


def test_analytics_may_be_kept_as_long_as_configured_and_files_are_requested_each_time(
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


def test_a_summary_may_have_its_own_styles_and_no_script(serving: Serving) -> None:
    answer = requests.get(f"{serving.url}summary/1.html", timeout=30)
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "script-src" not in policy
    assert "style-src 'unsafe-inline'" in policy
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


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


@pytest.mark.parametrize(
    ("call", "status", "told"),
    [
        ("analytics/points_trend/?days=0", 400, {"days": "greater than or equal to 1."}),
        ("analytics/points_trend/?days=3661", 400, {"days": "less than or equal to 3660."}),
        ("analytics/forecast/?days=0", 400, {"days": "greater than or equal to 1."}),
        ("analytics/forecast/?days=91", 400, {"days": "less than or equal to 90."}),
        ("analytics/forecast_accuracy/?days=30", 400, {"days": "Unknown parameter."}),
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
