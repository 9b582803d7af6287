"""The table macro `explain`, row by row: which rows a figure has, and what their points are."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from support.macros import copy_macro

from api_export.payloads.figures import FIGURES

MARTS = """
create table dim_run as select date '2024-03-31' as as_of;
create table fct_loyalty_transactions as from (values
    (1, 1, 11, date '2024-02-29', 'add', 100),
    (2, 1, 11, date '2024-03-01', 'redeem', -30),
    (3, 1, 11, date '2024-03-31', 'deduct', -5),
    (4, 1, 12, date '2024-03-01', 'add', 0),
    (5, 1, 12, date '2024-03-02', 'redeem', -8),
    (6, 2, 21, date '2024-03-31', 'add', 7),
    (7, 3, 31, date '2024-03-31', 'redeem', -2147483648)
) as ledger (transaction_id, website_id, client_id, date, transaction_type, points);
create table fct_client_days as
select website_id, client_id, date, sum(points) as net from fct_loyalty_transactions group by all;
create table dim_clients as
select client_id, website_id, sum(points) > 0 as is_active, max(date) as last_transaction_date,
    cast(sum(points) as bigint) as balance
from fct_loyalty_transactions group by all;
create table fct_redemption_requests as from (values
    (91, 1, 11, date '2024-03-01', true, 30),
    (92, 1, 11, date '2024-03-31', true, 0),
    (93, 1, 12, date '2024-03-31', false, 9),
    (94, 2, 21, date '2024-02-29', true, 1)
) as requests (request_id, website_id, client_id, date, is_redemption, points);
create table fct_wallet_conversions as from (values
    (71, 1, 12, date '2024-03-02', 8), (72, 2, 21, date '2024-03-31', 2)
) as conversions (conversion_id, website_id, client_id, date, points);
"""


@pytest.fixture(scope="module")
def explained(marts: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Marts of a few rows, with the macro that a run publishes."""
    with duckdb.connect() as connection:
        connection.execute(MARTS)
        copy_macro("explain", marts, connection)
        yield connection


@pytest.mark.parametrize(
    ("figure", "website", "rows"),
    [
        ("issued", 1, [("loyalty_transactions", 4, 12, "2024-03-01", 0)]),
        ("redeemed", 1, [(2, 11, "2024-03-01", 30), (5, 12, "2024-03-02", 8)]),
        ("redeemed", 3, [(7, 31, "2024-03-31", 2**31)]),
        ("deducted", 1, [(3, 11, "2024-03-31", 5)]),
        (
            "outstanding",
            1,
            [
                (1, 11, "2024-02-29", 100),
                (2, 11, "2024-03-01", -30),
                (3, 11, "2024-03-31", -5),
                (4, 12, "2024-03-01", 0),
                (5, 12, "2024-03-02", -8),
            ],
        ),
        ("issued", None, [(4, 12, "2024-03-01", 0), (6, 21, "2024-03-31", 7)]),
        (
            "redemptions",
            1,
            [("redemption_requests", 91, 11, "2024-03-01", 30), (92, 11, "2024-03-31", 0)],
        ),
        ("redemption_value", 1, [(91, 11, "2024-03-01", 30), (92, 11, "2024-03-31", 0)]),
        ("conversions", 1, [("wallet_conversions", 71, 12, "2024-03-02", 8)]),
        ("points_converted", None, [(71, 12, "2024-03-02", 8), (72, 21, "2024-03-31", 2)]),
        ("active_clients", 1, [("clients", 11, 11, "2024-03-31", 65)]),
        ("active_clients", None, [(11, 11, "2024-03-31", 65), (21, 21, "2024-03-31", 7)]),
        (
            "clients_with_transactions",
            1,
            [(11, 11, "2024-03-31", -35), (12, 12, "2024-03-02", -8)],
        ),
        ("clients_with_redemptions", None, [("clients", 11, 11, "2024-03-31", 30)]),
        ("issued", 404, []),
    ],
)
def test_the_rows_of_march(
    explained: duckdb.DuckDBPyConnection, figure: str, website: int | None, rows: list[tuple]
) -> None:
    found = explained.execute(
        "select entity, id, client_id, cast(date as varchar), points"
        " from explain(?, ?, '2024-03-01', '2024-03-31') order by id",
        [figure, website],
    ).fetchall()
    assert [row[-len(expected) :] for row, expected in zip(found, rows, strict=True)] == rows


@pytest.mark.parametrize(
    ("last", "rows"),
    [
        ("2024-02-29", [(11, "2024-02-29", 100)]),
        ("2024-03-30", [(11, "2024-03-01", 70)]),
        ("2024-03-31", [(11, "2024-03-31", 65), (21, "2024-03-31", 7)]),
        ("2024-12-31", [(11, "2024-03-31", 65), (21, "2024-03-31", 7)]),
    ],
)
def test_who_is_active_is_told_of_as_of_and_of_any_date_before(
    explained: duckdb.DuckDBPyConnection, last: str, rows: list[tuple]
) -> None:
    found = explained.execute(
        "select id, cast(date as varchar), points"
        " from explain('active_clients', null, '2024-01-01', ?) order by id",
        [last],
    ).fetchall()
    assert found == rows


def test_what_counts_at_the_end_ignores_the_beginning(
    explained: duckdb.DuckDBPyConnection,
) -> None:
    for figure in ("outstanding", "active_clients"):
        usual, null, later = (
            explained.execute(
                f"from explain('{figure}', 1, {first}, '2024-03-01') order by id"
            ).fetchall()
            for first in ("'2024-03-01'", "null", "'2024-12-31'")
        )
        assert usual and usual == null == later


@pytest.mark.parametrize("figure", ["outstandin", "Issued", "", "it's", None])
@pytest.mark.parametrize("asked", ["count(*)", "*", "sum(points)"])
def test_what_is_no_figure_is_told_with_those_that_are(
    explained: duckdb.DuckDBPyConnection, figure: str | None, asked: str
) -> None:
    with pytest.raises(duckdb.Error, match=f"there is no figure .*: {', '.join(FIGURES)}$"):
        explained.execute(
            f"select {asked} from explain(?, 1, '2024-03-01', '2024-03-31')", [figure]
        ).fetchall()


def test_the_conditions_reach_the_scan_of_the_ledger(marts: Path) -> None:
    with duckdb.connect(str(marts), read_only=True) as connection:
        plan = connection.execute(
            "explain (format json) from explain('issued', 1, date '2024-01-01', date '2024-01-31')"
        ).fetchall()[0][1]
    assert "business_date>='2024-01-01'::DATE AND business_date<='2024-01-31'::DATE" in plan
    assert "website_id=1" in plan
    assert "fct_client_days" not in plan and "fct_redemption_requests" not in plan
