"""`calculate` through the API: its record, its refusals, and who may call it."""

from pathlib import Path

import pytest
from support.commands import Loyalty
from support.servers import ADMIN, NOT_FOUND, ROOT, TOKEN, Serving, serve
from support.workspaces import publish

from orchestration.workspace.workspace import Workspace

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
            {"date_from": "a range begins"},
        ),
        (
            '{"date_from": "1969-12-31", "date_to": "2023-05-02"}',
            {"date_from": "a range begins"},
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
