"""`analytics/client/<id>/`: what the marts know of a client, and whom there isn't."""

from collections import Counter

import duckdb
import pytest
import requests
import simplejson
from jsonschema import Draft202012Validator
from support.servers import NOT_FOUND, Serving

LEDGER = """
select client_id, website_id, sum(issued), sum(redeemed), sum(deducted), sum(net),
    sum(transactions), max(date)
from fct_client_days group by client_id, website_id
"""


def test_each_client_is_what_the_marts_know(serving: Serving) -> None:
    schema = simplejson.loads((serving.current / "schemas/client.json").read_bytes())
    validator = Draft202012Validator(schema)
    with duckdb.connect(str(serving.workspace.marts), read_only=True) as marts:
        ledger = {row[0]: row[1:] for row in marts.execute(LEDGER).fetchall()}
        clients = marts.execute(
            "select client_id, website_id, tier_id from dim_clients order by client_id"
        ).fetchall()
        segments = {
            row[0]: row[1:]
            for row in marts.execute(
                "select client_id, segment, lifecycle, recency_days from fct_client_segments"
            ).fetchall()
        }
    assert len(clients) > 40
    with requests.Session() as session:
        for client_id, website, tier in clients:
            answer = session.get(f"{serving.api}analytics/client/{client_id}/", timeout=30)
            assert answer.status_code == 200
            found = answer.json()
            validator.validate(found)
            assert list(found) == list(schema["properties"])
            assert (found["id"], found["website"], found["tier_id"]) == (client_id, website, tier)
            _, issued, redeemed, deducted, net, transactions, last = ledger.get(
                client_id, (website, 0, 0, 0, 0, 0, None)
            )
            assert [
                found[key]
                for key in (
                    *("points_issued", "points_redeemed", "points_deducted", "balance"),
                    *("transactions", "last_transaction"),
                )
            ] == [issued, redeemed, deducted, net, transactions, last and last.isoformat()]
            measured = tuple(found[key] for key in ("segment", "lifecycle", "recency_days"))
            assert measured == segments.get(client_id, (None, None, None))


def test_clients_with_a_tier_are_those_of_the_distribution(serving: Serving) -> None:
    with duckdb.connect(str(serving.workspace.marts), read_only=True) as marts:
        ids = marts.execute("select client_id from dim_clients where website_id = 2").fetchall()
    tiers = Counter(
        serving.get(f"analytics/client/{client_id}/", website=2).json()["tier"]
        for (client_id,) in ids
    )
    expected: Counter[str] = Counter()
    for tier in serving.get("analytics/tier_distribution/", website=2).json():
        expected[tier["tier_name"]] += tier["count"]
    del tiers[None]
    assert tiers == +expected


def test_a_client_is_found_at_its_own_website_alone(serving: Serving) -> None:
    with duckdb.connect(str(serving.workspace.marts), read_only=True) as marts:
        ((client_id,),) = marts.execute(
            "select min(client_id) from dim_clients where website_id = 2"
        ).fetchall()
    call = f"analytics/client/{client_id}/"
    assert serving.get(call).content == serving.get(call, website=2).content
    for website, told in (
        (1, {"detail": f"There is no client {client_id} of the website 1."}),
        (77, NOT_FOUND),
        ("all", {"detail": "There is none of all websites together: name one of them."}),
    ):
        answer = serving.get(call, website=website)
        assert (answer.status_code, answer.json()) == (404, told)


@pytest.mark.parametrize("client_id", ["0", "-5", "9223372036854775806", "9999999999999999999"])
def test_an_unknown_client_is_told_in_one_line(serving: Serving, client_id: str) -> None:
    answer = serving.get(f"analytics/client/{client_id}/")
    assert (answer.status_code, answer.json()) == (
        404,
        {"detail": f"There is no client {client_id}."},
    )


@pytest.mark.parametrize("client_id", ["one", "1.5", "99999999999999999999", "%00", "1'--"])
def test_what_is_no_id_is_no_url(serving: Serving, client_id: str) -> None:
    answer = serving.get(f"analytics/client/{client_id}/")
    assert (answer.status_code, answer.json()) == (404, NOT_FOUND)
