"""`date_from` and `date_to`: a range is what a run that ends on its last date says."""

from datetime import date, timedelta
from pathlib import Path

import pytest
import requests
import simplejson
from support.recount import validate
from support.recount.all_websites import together
from support.recount.endpoints import payload_of
from support.recount.sites import all_sites
from support.recount.strict_json import to_bytes
from support.recount.validation import Validated
from support.servers import ROOT, Serving

from api_export.payloads.endpoints import ENDPOINTS, Endpoint

LOOKING_BACK = [endpoint for endpoint in ENDPOINTS if endpoint.looks_back]
RANGES = (
    (date(2024, 1, 1), date(2024, 1, 31)),
    (date(2023, 11, 5), date(2023, 11, 5)),
    (date(2020, 2, 1), date(2020, 2, 29)),
    (date(2014, 4, 1), date(2024, 4, 5)),
)
"""A month, one date, before the first event, and nearly as long as may be."""
AS_KNOWN_NOW = {"programme_value"}
"""What such a run would not say, as it takes from today's what a point is worth."""
REFUSED = [
    ({"date_from": "2024-1-01"}, "date_from", "Use one of these formats instead: YYYY-MM-DD."),
    ({"date_to": "2024-01-01T00:00:00"}, "date_to", "Use one of these formats"),
    ({"date_to": ""}, "date_to", "Use one of these formats"),
    ({"date_to": "2023-02-29"}, "date_to", "Use one of these formats"),
    ({"date_to": "1704067200"}, "date_to", "Use one of these formats"),
    ({"date_from": "2024-01-01", "days": 7}, "days", "days and date_from both say"),
    ({"date_from": "2024-01-01", "date_to": "2024-01-31", "days": 31}, "days", "give one"),
    ({"date_to": "2024-01-31", "days": 0}, "days", "greater than or equal to 1."),
    ({"date_to": "2024-01-31", "days": "all"}, "days", "A valid integer is required."),
    ({"date_to": "2199-12-31"}, "date_to", "lies after as_of"),
    ({"date_to": "9999-12-31"}, "date_to", "there is no range"),
    ({"date_to": "0001-01-01"}, "date_to", "there is no range"),
    ({"date_from": "1969-12-31", "date_to": "1970-01-01"}, "date_from", "there is no range"),
    ({"date_from": "2024-01-02", "date_to": "2024-01-01"}, "date_from", "there is no range"),
    ({"date_from": "1970-01-01"}, "date_from", "a range has 3660 at most"),
    ({"date_from": "2014-03-24", "date_to": "2024-04-01"}, "date_from", "are 3662 dates"),
]


@pytest.fixture(scope="module")
def validated(dirty_source: Path) -> Validated:
    """The rows that the served figures are made of."""
    return validate(dirty_source)


def ask(serving: Serving, endpoint: str, **parameters: object) -> requests.Response:
    return serving.get(f"analytics/{endpoint}/", **parameters)


@pytest.mark.parametrize(("first", "last"), RANGES)
def test_a_range_is_the_window_of_a_run_that_ends_on_its_last_date(
    serving: Serving, validated: Validated, first: date, last: date
) -> None:
    sites = all_sites(validated, last, "balance")
    days = (last - first).days + 1
    dates = {"date_from": first, "date_to": last}
    for endpoint in LOOKING_BACK:
        if endpoint.name in AS_KNOWN_NOW:
            continue
        asked = {str(site.id): site for site in sites[:5]}
        if endpoint.sums_up:
            asked["all"] = together(sites, last)
        for website, site in asked.items():
            answer = ask(serving, endpoint.name, website=website, **dates)
            assert answer.content == to_bytes(payload_of(site, endpoint.name, days)), (
                endpoint.name,
                website,
            )


@pytest.mark.parametrize("endpoint", LOOKING_BACK, ids=lambda endpoint: endpoint.name)
def test_a_range_that_ends_on_as_of_is_the_window(serving: Serving, endpoint: Endpoint) -> None:
    as_of = date.fromisoformat(ask(serving, "overview").json()["as_of"])
    for website in (2, *(("all",) if endpoint.sums_up else ())):
        for days, parameters in (
            (30, {"date_to": as_of}),
            (7, {"date_to": as_of, "days": 7}),
            (13, {"date_from": as_of - timedelta(days=12)}),
            (3660, {"date_from": as_of - timedelta(days=3659), "date_to": as_of}),
        ):
            window = ask(serving, endpoint.name, website=website, days=days)
            of_range = ask(serving, endpoint.name, website=website, **parameters)
            assert of_range.status_code == 200, of_range.text
            assert of_range.content == window.content
            for header in ("ETag", "Cache-Control"):
                assert of_range.headers[header] == window.headers[header]


def test_a_range_without_a_first_date_has_as_many_days_as_are_asked_for(serving: Serving) -> None:
    for parameters, first in (
        ({"date_to": "2024-01-31"}, "2024-01-02"),
        ({"date_to": "2024-01-31", "days": 3}, "2024-01-29"),
        ({"date_to": "1970-01-03"}, "1970-01-01"),
        ({"date_to": "1970-01-03", "days": 2}, "1970-01-02"),
    ):
        rows = ask(serving, "points_trend", **parameters).json()
        assert (rows[0]["date"], rows[-1]["date"]) == (first, parameters["date_to"])


@pytest.mark.parametrize(("parameters", "field", "told"), REFUSED)
def test_what_is_no_range_is_refused_by_the_name_of_its_parameter(
    serving: Serving, parameters: dict[str, object], field: str, told: str
) -> None:
    for endpoint in ("overview", "programme_value"):
        answer = ask(serving, endpoint, **parameters)
        assert answer.status_code == 400
        ((named, (message,)),) = answer.json().items()
        assert named == field
        assert told in message


def test_only_what_looks_back_takes_dates(serving: Serving) -> None:
    for endpoint in ENDPOINTS:
        answer = ask(serving, endpoint.name, date_to="2024-01-31")
        if endpoint.looks_back:
            assert answer.status_code == 200, endpoint.name
        else:
            assert answer.status_code == 400
            assert answer.json() == {"date_to": ["Unknown parameter."]}, endpoint.name


def test_an_unknown_website_has_no_range(serving: Serving) -> None:
    assert ask(serving, "overview", website=77, date_to="2199-01-01").status_code == 404
    assert ask(serving, "conversion", website="all", date_to="2024-01-31").status_code == 404


def test_the_openapi_document_describes_dates(serving: Serving) -> None:
    document = simplejson.loads(requests.get(f"{serving.url}openapi.json", timeout=30).content)
    for endpoint in LOOKING_BACK:
        call = document["paths"][f"/{ROOT}/analytics/{endpoint.name}/"]["get"]
        found = {one["name"]: one for one in call["parameters"]}
        assert found.keys() == {"days", "date_from", "date_to", "website"}
        assert not any(one["required"] for one in found.values())
        assert all(one["description"] for one in found.values())
        for name in ("date_from", "date_to"):
            assert found[name]["schema"] == {"type": "string", "format": "date"}
        # A default would be sent by generated clients, also beside date_from.
        assert found["days"]["schema"] == {"type": "integer", "minimum": 1, "maximum": 3660}
