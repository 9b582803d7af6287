"""`?website=all`: what adds up over all websites is answered for any window, and nothing else."""

import pytest
import requests
import simplejson
from support.exports import read
from support.servers import ADMIN, ROOT, Serving
from support.workspaces import read_files

from api_export.payloads.endpoints import ENDPOINTS, Endpoint

NONE_OF_ALL = {"detail": "There is none of all websites together: name one of them."}
ADDED = [endpoint for endpoint in ENDPOINTS if endpoint.sums_up]


def test_any_window_of_all_websites_is_answered(serving: Serving) -> None:
    websites = [website["id"] for website in read(serving.current / "websites.json")]
    for days in (1, 13, 3660):
        rows = [
            serving.get("analytics/points_trend/", website=website, days=days).json()
            for website in [*websites, "all"]
        ]
        *of_each, of_all = rows
        assert [row["date"] for row in of_all] == [row["date"] for row in of_each[0]]
        for key in ("issued", "redeemed", "balance"):
            assert [row[key] for row in of_all] == [
                sum(row[key] for row in of_date) for of_date in zip(*of_each, strict=True)
            ]
        overview = serving.get("analytics/overview/", website="all", days=days).json()
        assert overview["total_points_issued"] == sum(row["issued"] for row in of_all)


@pytest.mark.parametrize("endpoint", ADDED, ids=lambda endpoint: endpoint.name)
def test_the_folder_of_all_websites_is_served_as_each_ones(
    serving: Serving, endpoint: Endpoint
) -> None:
    call = f"{ROOT}/analytics/{endpoint.name}/"
    as_file = requests.get(f"{serving.url}all/{call}", timeout=30)
    assert as_file.content == serving.get(f"analytics/{endpoint.name}/", website="all").content


@pytest.mark.parametrize(
    "call",
    [
        "analytics/",
        "analytics/12/",
        *(f"analytics/{each.name}/" for each in ENDPOINTS if not each.sums_up),
        "dashboard-widgets/",
        "dashboard-widgets/1/",
        "dashboard-widgets/1/data/",
    ],
)
def test_what_belongs_to_one_website_is_not_found_for_all(serving: Serving, call: str) -> None:
    answer = serving.get(call, website="all")
    assert (answer.status_code, answer.json()) == (404, NONE_OF_ALL)


def test_nothing_is_written_for_all_websites(serving: Serving) -> None:
    before = read_files(serving.workspace.root)
    widget = {"widget_type": "points_issued", "title": "Of all"}
    for method, call, body in (
        ("POST", "analytics/calculate/", {}),
        ("POST", "dashboard-widgets/", widget),
        ("PUT", "dashboard-widgets/1/", widget),
        ("PATCH", "dashboard-widgets/1/", {"title": "Of all"}),
        ("DELETE", "dashboard-widgets/1/", None),
    ):
        answer = requests.request(
            method,
            serving.api + call,
            params={"website": "all"},
            json=body,
            headers=ADMIN,
            timeout=30,
        )
        assert (answer.status_code, answer.json()) == (404, NONE_OF_ALL)
    assert read_files(serving.workspace.root) == before


@pytest.mark.parametrize("website", ["All", "all ", "ALL", "*", "one", ""])
def test_just_the_word_means_all(serving: Serving, website: str) -> None:
    answer = serving.get("analytics/overview/", website=website)
    assert (answer.status_code, list(answer.json())) == (400, ["website"])
    assert answer.json()["website"] == ["A valid integer is required."]


def test_the_openapi_document_says_where_all_may_be_asked_for(serving: Serving) -> None:
    document = simplejson.loads(requests.get(f"{serving.url}openapi.json", timeout=30).content)
    naming_all = {
        path
        for path, calls in document["paths"].items()
        for call in calls.values()
        for parameter in call.get("parameters", ())
        if {"const": "all"} in parameter["schema"].get("anyOf", ())
    }
    names = ["explain", *(endpoint.name for endpoint in ADDED)]
    assert naming_all == {f"/{ROOT}/analytics/{name}/" for name in names}
