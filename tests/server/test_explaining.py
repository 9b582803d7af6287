"""`analytics/explain/`: the rows behind a figure, page by page, and what is refused."""

from pathlib import Path

import pytest
import requests
import simplejson
from jsonschema import Draft202012Validator
from support.servers import NOT_FOUND, Serving

from api_export.payloads.figures import FIGURES

EXPLAIN = "analytics/explain/"
RANGE = {"date_from": "2023-05-03", "date_to": "2024-03-17"}


def explained(serving: Serving, figure: str, **parameters: object) -> dict:
    answer = serving.get(EXPLAIN, figure=figure, **parameters)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize("figure", FIGURES)
def test_the_pages_together_are_the_figure(serving: Serving, figure: str) -> None:
    first = explained(serving, figure, website=2, limit=7, **RANGE)
    assert {key: first[key] for key in RANGE} == RANGE
    assert (first["figure"], first["website"]) == (figure, 2)
    rows = first["rows"]
    assert len(rows) == min(7, first["count"])
    while len(rows) < first["count"]:
        page = explained(serving, figure, website=2, limit=111, offset=len(rows), **RANGE)
        assert page["rows"] and {**page, "rows": None} == {**first, "rows": None}
        rows += page["rows"]
    assert rows == sorted(rows, key=lambda row: (row["date"], row["entity"], row["id"]))
    assert len({(row["entity"], row["id"]) for row in rows}) == first["count"]
    assert sum(row["points"] for row in rows) == first["total"]
    assert first["value"] == (first["total"] if FIGURES[figure] == "sum" else first["count"])
    beyond = explained(serving, figure, website=2, offset=2**63 - 1, **RANGE)
    assert (beyond["rows"], beyond["count"]) == ([], first["count"])


def test_an_explanation_fits_its_schema(serving: Serving) -> None:
    schema = simplejson.loads((serving.current / "schemas/explain.json").read_bytes())
    for figure in FIGURES:
        for website in (1, "all"):
            Draft202012Validator(schema).validate(explained(serving, figure, website=website))


def test_the_figure_is_the_one_that_is_shown(serving: Serving) -> None:
    for website in (1, 2, "all"):
        overview = serving.get("analytics/overview/", website=website, days=30).json()
        for figure, key in (
            ("issued", "total_points_issued"),
            ("redeemed", "total_points_redeemed"),
            ("outstanding", "total_points_balance"),
            ("redemptions", "total_redemptions"),
            ("redemption_value", "total_redemption_value"),
            ("active_clients", "total_active_clients"),
        ):
            told = explained(serving, figure, website=website)
            assert told["value"] == overview[key], (website, figure)
            assert (told["date_to"], told["website"]) == (
                overview["as_of"],
                None if website == "all" else website,
            )


def test_without_a_website_the_first_one_answers(serving: Serving) -> None:
    assert explained(serving, "issued") == explained(serving, "issued", website=1)


@pytest.mark.parametrize(
    ("parameters", "told"),
    [
        ({}, {"figure": "This field is required."}),
        ({"figure": "issue"}, {"figure": f"there are: {', '.join(FIGURES)}"}),
        ({"figure": "it's; drop"}, {"figure": "there is no figure"}),
        ({"figure": "issued", "limit": 0}, {"limit": "greater than or equal to 1."}),
        ({"figure": "issued", "limit": 1001}, {"limit": "less than or equal to 1000."}),
        ({"figure": "issued", "offset": -1}, {"offset": "greater than or equal to 0."}),
        ({"figure": "issued", "offset": 2**63}, {"offset": "less than or equal to"}),
        ({"figure": "issued", "date_from": "20230101"}, {"date_from": "wrong format"}),
        ({"figure": "issued", "date_to": ""}, {"date_to": "wrong format"}),
        ({"figure": "issued", "date_to": "2199-12-31"}, {"date_to": "after as_of"}),
        ({"figure": "issued", "date_to": "0001-01-01"}, {"date_to": "a range begins"}),
        ({"figure": "issued", "date_from": "1969-12-31"}, {"date_from": "a range begins"}),
        (
            {"figure": "issued", "date_from": "2024-01-02", "date_to": "2024-01-01"},
            {"date_from": "a range begins"},
        ),
        ({"figure": "issued", "website": "one"}, {"website": "A valid integer is required."}),
        ({"figure": "issued", "days": 7}, {"days": "Unknown parameter."}),
    ],
)
def test_wrong_questions_are_refused(
    serving: Serving, parameters: dict[str, object], told: dict[str, str]
) -> None:
    answer = serving.get(EXPLAIN, **parameters)
    assert answer.status_code == 400
    ((field, (message,)),) = answer.json().items()
    assert told[field] in message


def test_an_unknown_website_has_no_rows_to_list(serving: Serving) -> None:
    answer = serving.get(EXPLAIN, figure="issued", website=404)
    assert (answer.status_code, answer.json()) == (404, NOT_FOUND)


def test_nothing_of_it_is_exported(serving: Serving) -> None:
    listed = requests.get(f"{serving.url}manifest.json", timeout=30).json()["files"]
    assert [file["path"] for file in listed if Path(file["path"]).parent.name == "explain"] == []
