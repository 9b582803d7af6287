"""The table macro `client`: the next tier, figures of all time and last dates of one client."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from support.macros import copy_macro

MARTS = """
create table dim_run as select date '2024-03-31' as as_of, 'balance' as tier_basis;
create table dim_tiers as from (values
    (1, 1, 'Bronze', 0, true), (2, 1, 'Silver', 100, true), (3, 1, 'Silver too', 100, false),
    (4, 1, 'Gold', 500, true), (9, 2, 'Elsewhere', 50, true)
) as tiers (tier_id, website_id, tier_name, threshold, is_reachable);
create table dim_clients as from (values
    (11, 1, date '2024-01-01', 40, 900, 1, date '2024-03-30', date '2024-03-01', null),
    (12, 1, null, 0, 0, null, null, null, null),
    (13, 1, date '2024-02-01', -7, 30, null, date '2024-02-01', null, date '2024-02-02'),
    (14, 1, date '2024-01-02', 500, 500, 4, date '2024-01-02', null, null),
    (15, 1, date '2024-01-02', 100, 100, 2, date '2024-01-02', null, null),
    (21, 2, date '2024-01-02', 60, 60, 9, date '2024-01-02', null, null),
    (31, 3, date '2024-01-02', 60, 60, null, date '2024-01-02', null, null)
) as clients (
    client_id, website_id, member_since_date, balance, lifetime_issued, tier_id,
    last_transaction_date, last_redemption_date, last_conversion_date
);
create table fct_client_days as from (values
    (11, 900, 855, 0, 3), (11, 0, 0, 5, 1), (13, 30, 37, 0, 2)
) as days (client_id, issued, redeemed, deducted, transactions);
create table fct_redemption_requests as from (values
    (11, true, 855), (11, true, 0), (11, false, 9), (21, true, 1)
) as requests (client_id, is_redemption, points);
create table fct_client_segments as from (values
    (11, 'loyal', 'active', 30, 4, 850), (12, null, 'never_active', null, null, null)
) as segments (client_id, segment, lifecycle, recency_days, frequency, monetary_points);
"""


@pytest.fixture
def connection(marts: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Marts of a few clients, with the macro that a run publishes."""
    with duckdb.connect() as connection:
        connection.execute(MARTS)
        copy_macro("client", marts, connection)
        yield connection


def client(connection: duckdb.DuckDBPyConnection, client_id: int) -> dict[str, Any]:
    found = connection.execute("from client(?)", [client_id])
    names = [column[0] for column in found.description]
    (row,) = found.fetchall()
    return dict(zip(names, row, strict=True))


def next_tier(
    connection: duckdb.DuckDBPyConnection, client_id: int
) -> tuple[str | None, str | None, int | None]:
    found = client(connection, client_id)
    return found["tier"], found["next_tier"], found["points_to_next_tier"]


def test_all_that_is_known_of_a_client(connection: duckdb.DuckDBPyConnection) -> None:
    assert client(connection, 11) == {
        "id": 11,
        "website": 1,
        "as_of": date(2024, 3, 31),
        "member_since": date(2024, 1, 1),
        "tier_id": 1,
        "tier": "Bronze",
        "balance": 40,
        "next_tier_id": 2,
        "next_tier": "Silver",
        "points_to_next_tier": 60,
        "points_issued": 900,
        "points_redeemed": 855,
        "points_deducted": 5,
        "transactions": 4,
        "redemptions": 2,
        "redemption_value": 855,
        "segment": "loyal",
        "lifecycle": "active",
        "recency_days": 30,
        "frequency": 4,
        "monetary_points": 850,
        "last_transaction": date(2024, 3, 30),
        "last_redemption": date(2024, 3, 1),
        "last_conversion": None,
        "last_activity": date(2024, 3, 1),
    }


def test_a_client_without_an_event_has_zeros_and_no_dates(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    found = client(connection, 12)
    assert (found["lifecycle"], found["segment"]) == ("never_active", None)
    assert {key for key, value in found.items() if value == 0} == {
        *("balance", "points_issued", "points_redeemed", "points_deducted"),
        *("transactions", "redemptions", "redemption_value"),
    }
    dates = [key for key in found if key.startswith("last_") or key == "member_since"]
    assert [found[key] for key in dates] == [None] * 5


def test_the_next_tier_is_the_one_that_fewest_points_lead_to(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    assert next_tier(connection, 12) == (None, "Bronze", 1)
    assert next_tier(connection, 13) == (None, "Bronze", 8)
    assert next_tier(connection, 14) == ("Gold", None, None)
    assert next_tier(connection, 15) == ("Silver", "Gold", 400)
    assert next_tier(connection, 21) == ("Elsewhere", None, None)
    assert next_tier(connection, 31) == (None, None, None)


def test_the_next_tier_goes_by_points_ever_issued_where_tiers_do(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    connection.execute("update dim_run set tier_basis = 'lifetime'")
    assert next_tier(connection, 11)[1:] == (None, None)
    assert next_tier(connection, 13)[1:] == ("Bronze", 8)


def test_a_client_whom_no_segment_knows_yet_is_found(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    found = client(connection, 14)
    measured = ("segment", "lifecycle", "recency_days", "frequency", "monetary_points")
    assert [found[key] for key in (*measured, "last_activity")] == [None] * 6


@pytest.mark.parametrize("client_id", [99, -1, 10**30, None])
def test_nobody_is_no_row(connection: duckdb.DuckDBPyConnection, client_id: int | None) -> None:
    assert connection.execute("from client(?)", [client_id]).fetchall() == []
