"""A programme of any size in the source contract's shape: deterministic, skewed, and not clean."""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import duckdb

FIRST_DATE = date(2023, 1, 1)
START = f"timestamptz '{FIRST_DATE} 00:00:00+00'"
DAYS = 730
LAST_DATE = FIRST_DATE + timedelta(days=DAYS)
"""The last business date of the extra rows."""
SECONDS = DAYS * 86_400
WEBSITES = 4
CAMPAIGNS = 30
ROWS_PER_CLIENT = 50
UNITS = {"k": 1_000, "m": 1_000_000}


@dataclass(frozen=True)
class Skew:
    """What share of the ledger one client has, and what share of the rest one website."""

    client: float = 0
    website: float = 0


NO_SKEW = Skew()


def rows_of(scale: str) -> int:
    """The number of ledger rows that `10m`, `100k` or a plain number stands for."""
    return int(scale[:-1]) * UNITS[scale[-1]] if scale[-1] in UNITS else int(scale)


def generate(
    directory: Path,
    rows: int,
    clients: int,
    extra_rows: int = 0,
    websites: int = WEBSITES,
    skew: Skew = NO_SKEW,
) -> None:
    """Write Parquet files of `rows` ledger rows over 730 days, and `extra_rows` of the day after.

    The busiest tenth of the clients has two fifths of the rows. One row in twenty redeems; of each
    two hundred one deducts, one goes with a request, one gives back points of a request; one in
    five hundred goes with a conversion, one in ten with an order. One row in a thousand is dirty,
    in all ways that the contract names. A client in a hundred joined in the last months, and one
    never did anything. Of the campaigns, one in three keeps a control arm.
    """
    directory.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute("create macro pick(id, salt, n) as (hash(id, salt) % n)::bigint")
        connection.execute(
            # What share of the time a share of the rows takes: two seasons a year, busy weekends.
            f"""
            create macro season(share) as
                share + 0.3 * sin(share * 4 * pi()) / (4 * pi())
                + 0.2 * sin(share * 2 * pi() * {DAYS / 7}) / (2 * pi() * {DAYS / 7})
            """
        )
        connection.execute(
            f"""
            create macro joined_at(client_id) as
                {START} + to_days(
                    if(
                        client_id % 97 = 0,
                        {DAYS} - pick(client_id, 11, 120),
                        pick(client_id, 7, 365)
                    )::integer
                )
            """
        )
        connection.execute(_ledger(rows, clients, extra_rows, websites, skew))
        for entity, query in _queries(directory, clients, websites).items():
            path = directory / f"{entity}.parquet"
            connection.execute(f"copy ({query}) to '{path}' (format parquet)")


def _ledger(rows: int, clients: int, extra_rows: int, websites: int, skew: Skew) -> str:
    """What happens, an event a row, before anything is dirty."""
    return f"""
        create view ledger as
        with events as (
            select
                id,
                1 + (({clients} - 1) * pow(pick(id, 1, 1000003) / 1000003, 2.5))::bigint as any_one,
                case
                    when pick(id, 15, 1000) < {1000 * skew.client} then {websites}
                    when pick(id, 16, 1000) < {1000 * skew.website}
                        then greatest(any_one - any_one % {websites}, {websites})
                    else any_one
                end as picked,
                {START} + to_seconds(
                    if(
                        id <= {rows},
                        ({SECONDS - 3600} * season((id - 1) / {rows}))::bigint + pick(id, 4, 3600),
                        {SECONDS} + 3600 + pick(id, 4, 43200)
                    )
                ) as happened_at
            from range(1, {rows + extra_rows + 1}) as ids (id)
        )

        select
            id,
            if(
                picked > {websites}
                and (picked % 89 = 0 or picked % 97 = 0 and happened_at < joined_at(picked)),
                picked - {websites},
                picked
            ) as client_id,
            1 + client_id % {websites} as website_id,
            pick(id, 2, 1000) as kind,
            pick(id, 3, 10000) as dirt,
            happened_at
        from events
    """


def _queries(directory: Path, clients: int, websites: int) -> dict[str, str]:
    """Each entity's rows, the ledger before the clients, whose cached balances come from it."""
    return {
        "websites": f"""
            select
                id,
                'Website ' || id as name,
                ['UTC', 'America/New_York', 'Europe/Vienna', 'Asia/Kolkata']
                    [1 + (id - 1) % 4] as timezone
            from range(1, {websites + 1}) as ids (id)
        """,
        "loyalty_tiers": f"""
            select row_number() over (order by website_id, threshold) as id, *
            from (
                select website_id, unnest(['Bronze', 'Silver', 'Gold', 'Platinum']) as name,
                    unnest([0, 500, 1000, 5000]) as threshold
                from range(1, {websites + 1}) as ids (website_id)
            )
        """,
        "redemption_categories": f"""
            select id, 1 + id % {websites} as website_id, 'Category ' || id as name
            from range(1, {10 * websites + 1}) as ids (id)
        """,
        "redemption_items": f"""
            select id, 1 + id % {websites} as website_id,
                1 + (id - 1) % {10 * websites} as category_id,
                'Item ' || id as name, 50 * (1 + id // {websites} % 40) as points_required,
                id % 7 != 0 as is_active
            from range(1, {100 * websites + 1}) as ids (id)
        """,
        "loyalty_transactions": f"""
            with clean as (
                select *,
                    case when kind < 5 then 'deduct' when kind < 55 then 'redeem' else 'add' end
                        as transaction_type,
                    case when kind < 5 then -5 when kind < 55 then -100 else 1 + kind % 40 end
                        as points,
                    case
                        when kind < 5 then 'Expired'
                        when kind < 55 then 'Redeemed'
                        when kind < 60 then 'Refunded'
                        when kind < 100 then null
                        when kind < 300 then 'Review'
                        when kind < 800 then 'Purchase'
                        else 'Campaign ' || kind // 2
                    end as reason,
                    case
                        when kind between 5 and 9 then id
                        when kind between 55 and 59 then 1 + pick(id, 8, id)
                    end as redemption_request_id
                from ledger
            )

            select
                id,
                if(dirt = 0, 99, if(dirt = 1, website_id % {websites} + 1, website_id))
                    as website_id,
                if(dirt = 2, client_id + 1000000000, client_id) as client_id,
                if(dirt = 3, null, if(dirt = 4, -points, points))::integer as points,
                if(dirt = 5, 'gift', transaction_type) as transaction_type,
                case
                    when dirt = 6 then null
                    when dirt = 7 then happened_at + to_years(300)
                    else happened_at
                end as timestamp,
                reason,
                redemption_request_id
            from clean
            union all
            select id, website_id, client_id, points + 1, transaction_type, happened_at, reason,
                redemption_request_id
            from clean
            where dirt in (8, 9)
        """,
        # A reply in a hundred is dated before its request.
        "redemption_requests": f"""
            with requests as (
                select
                    *,
                    case
                        when dirt between 20 and 29 then 'lost'
                        when pick(id, 6, 10) = 0 then 'rejected'
                        when pick(id, 6, 10) = 1 then 'cancelled'
                        when {START} + to_days({DAYS - 30}) > happened_at then 'fulfilled'
                        when pick(id, 6, 10) = 2 then 'pending'
                        when pick(id, 6, 10) = 3 then 'approved'
                        else 'fulfilled'
                    end as status,
                    happened_at + to_seconds(pick(id, 9, 100_000) - 1_000) as replied_at
                from ledger
                where kind between 5 and 9
            )

            select
                id,
                website_id,
                client_id,
                if(dirt < 10, 999, (1 + pick(id, 5, 99)) * {websites} + website_id - 1) as item_id,
                if(dirt between 10 and 19, -1, 100) as points_used,
                status,
                happened_at as requested_at,
                if(status in ('approved', 'fulfilled'), replied_at, null) as approved_at,
                if(status = 'fulfilled', replied_at + to_seconds(pick(id, 10, 500_000)), null)
                    as fulfilled_at,
                if(status = 'rejected', replied_at, null) as rejected_at
            from requests
        """,
        "wallet_conversions": """
            select id, website_id, client_id, 100 as points, 1.25::decimal(12, 2) as amount,
                happened_at as converted_at
            from ledger
            where kind between 10 and 11
        """,
        # An order in fifty is given back; one website in four doesn't know the margin of some.
        "orders": """
            select
                id,
                website_id,
                if(dirt between 30 and 34, client_id + 1000000000, client_id) as client_id,
                happened_at as ordered_at,
                case
                    when dirt between 35 and 39 then null
                    when pick(id, 12, 50) = 0 then -(500 + pick(id, 13, 5000)) / 100
                    else (500 + pick(id, 13, 20000)) / 100
                end::decimal(12, 2) as amount,
                if(website_id % 4 = 3 and pick(id, 14, 50) = 0, null, amount * 0.3)
                    ::decimal(12, 2) as margin
            from ledger
            where kind between 100 and 199
        """,
        # One in three is an experiment, one of which did not split its clients as planned; the last
        # one isn't over yet.
        "campaigns": f"""
            select
                id,
                1 + id // 2 % {websites} as website_id,
                'Campaign ' || id as name,
                {START} + to_days((40 + {(DAYS - 70) // CAMPAIGNS} * id)::integer) as starts_at,
                starts_at + to_days((if(id = {CAMPAIGNS}, 70, 7 + id * 5 % 22))::integer)
                    as ends_at,
                if(id % 5 = 0, null, 100 * id)::decimal(12, 2) as cost,
                case when id % 6 = 0 then 0.7 when id = 21 then 0.9 end::decimal(3, 2)
                    as planned_treatment_share
            from range(1, {CAMPAIGNS + 1}) as ids (id)
        """,
        # Four in ten of the website's clients, or fewer where nobody is held out. One in a thousand
        # is in an arm unheard of.
        "campaign_members": f"""
            select
                campaign_id,
                client_id,
                case
                    when pick(client_id, 200 + campaign_id, 1000) = 0 then 'holdout'
                    when campaign_id % 3 = 0
                        and pick(client_id, 300 + campaign_id, 10)
                            < if(campaign_id % 6 = 0, 3, 5) then 'control'
                    when campaign_id % 2 = 0 then 'treatment'
                end as arm
            from range(1, {CAMPAIGNS + 1}) as campaigns (campaign_id)
            inner join range(1, {clients + 1}) as clients (client_id)
                on campaign_id // 2 % {websites} = client_id % {websites}
            where pick(client_id, 100 + campaign_id, 100)
                < if(campaign_id % 3 = 0, 40, [2, 5, 10, 20][1 + campaign_id // 4 % 4])
        """,
        "clients": f"""
            with ledger as (
                select client_id, greatest(sum(points), 0)::integer as balance
                from read_parquet('{directory}/loyalty_transactions.parquet')
                group by client_id
            )

            select
                id,
                1 + id % {websites} as website_id,
                coalesce(balance, 0) as loyalty_points,
                (website_id - 1) * 4 + 1
                + if(loyalty_points >= 500, 1, 0)
                + if(loyalty_points >= 1000, 1, 0)
                + if(loyalty_points >= 5000, 1, 0) as tier_id,
                joined_at(id) as date_joined
            from range(1, {clients + 1}) as ids (id)
            left join ledger on id = client_id
        """,
    }
