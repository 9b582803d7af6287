"""A ledger of any size in the source contract's shape: deterministic, skewed, on four websites."""

from pathlib import Path

import duckdb

START = "2023-01-01 00:00:00+00"
SECONDS = 730 * 86_400
WEBSITES = 4


def generate(directory: Path, rows: int, clients: int, extra_rows: int = 0) -> None:
    """Write Parquet files of `rows` ledger rows over 730 days, and `extra_rows` of the day after.

    A tenth of the clients has two thirds of the rows; one row in twenty redeems, one in two hundred
    deducts; a request goes with one row in two hundred; one row in a thousand is dirty.
    """
    directory.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        connection.execute("set timezone = 'UTC'")
        connection.execute("create macro pick(id, salt, n) as (hash(id, salt) % n)::bigint")
        connection.execute(
            f"""
            create view ledger as
            select
                id,
                1 + if(pick(id, 1, 3) < 2, pick(id, 2, {clients // 10}), pick(id, 2, {clients}))
                    as client_id,
                1 + client_id % {WEBSITES} as website_id,
                pick(id, 5, 200) as kind,
                timestamptz '{START}' + to_seconds(
                    if(
                        id <= {rows},
                        (id - 1) * {SECONDS} // {rows} + pick(id, 3, 3600),
                        {SECONDS} + 3600 + pick(id, 3, 43200)
                    )
                ) as happened_at
            from range(1, {rows + extra_rows + 1}) as ids (id)
            """
        )
        for entity, query in _queries(clients).items():
            path = directory / f"{entity}.parquet"
            connection.execute(f"copy ({query}) to '{path}' (format parquet)")


def _queries(clients: int) -> dict[str, str]:
    return {
        "websites": f"""
            select
                id,
                'Website ' || id as name,
                ['UTC', 'America/New_York', 'Europe/Vienna', 'Asia/Kolkata'][id] as timezone
            from range(1, {WEBSITES + 1}) as ids (id)
        """,
        "clients": f"""
            select
                id,
                1 + id % {WEBSITES} as website_id,
                0 as loyalty_points,
                timestamptz '{START}' as date_joined
            from range(1, {clients + 1}) as ids (id)
        """,
        "loyalty_tiers": f"""
            select row_number() over (order by website_id, threshold) as id, *
            from (
                select website_id, unnest(['Bronze', 'Silver', 'Gold', 'Platinum']) as name,
                    unnest([0, 200, 500, 2000]) as threshold
                from range(1, {WEBSITES + 1}) as ids (website_id)
            )
        """,
        "redemption_categories": f"""
            select id, 1 + id % {WEBSITES} as website_id, 'Category ' || id as name
            from range(1, 41) as ids (id)
        """,
        "redemption_items": f"""
            select id, 1 + id % {WEBSITES} as website_id, 1 + (id - 1) % 40 as category_id,
                'Item ' || id as name, 100 as points_required
            from range(1, 401) as ids (id)
        """,
        "loyalty_transactions": """
            select
                id,
                website_id,
                client_id,
                if(pick(id, 4, 1000) = 0, -1, 1) * case
                    when kind = 0 then -5
                    when kind <= 10 then -100
                    else 1 + pick(id, 6, 40)
                end::integer as points,
                case when kind = 0 then 'deduct' when kind <= 10 then 'redeem' else 'add' end
                    as transaction_type,
                happened_at as timestamp
            from ledger
            order by id
        """,
        "redemption_requests": f"""
            select
                id,
                website_id,
                client_id,
                pick(id, 7, 100) * {WEBSITES} + website_id - 1 as item_id,
                100 as points_used,
                ['fulfilled', 'fulfilled', 'fulfilled', 'pending', 'rejected'][1 + pick(id, 8, 5)]
                    as status,
                happened_at as requested_at
            from ledger
            where kind = 10
            order by id
        """,
    }
