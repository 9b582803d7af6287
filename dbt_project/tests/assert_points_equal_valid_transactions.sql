-- A returned row is a website whose points up to as_of differ from those of its valid ledger rows:
-- the mart's figures minus theirs.
{{ config(meta={'dagster': {'ref': {'name': 'fct_points_daily'}}}) }}

with

run as (

    select * from {{ ref('int_run') }}

),

delivered as (

    select * from {{ ref('int_delivered_rows') }}
    where entity = 'loyalty_transactions' and reason is null

),

after_as_of as (

    select ledger.*
    from {{ ref('int_loyalty_transactions_validated') }} as ledger
    cross join run
    where ledger.quarantine_reason is null and coalesce(ledger.business_date > run.as_of, true)

),

{# All valid rows, which were counted as delivered, less those after as_of. #}
transactions as (

    select
        website_id,
        transaction_type,
        points,
        delivered_rows as transactions
    from delivered
    union all
    select
        website_id,
        cast(transaction_type as string) as transaction_type,
        -cast(points as bigint) as points,
        -1 as transactions
    from after_as_of

),

points as (

    select * from {{ ref('fct_points_daily') }}

),

signed as (

    select
        website_id,
        sum(issued) as issued,
        sum(redeemed) as redeemed,
        sum(deducted) as deducted,
        sum(transactions) as transactions
    from points
    group by website_id
    union all
    select
        website_id,
        -coalesce(sum(points) filter (where transaction_type = 'add'), 0) as issued,
        coalesce(sum(points) filter (where transaction_type = 'redeem'), 0) as redeemed,
        coalesce(sum(points) filter (where transaction_type = 'deduct'), 0) as deducted,
        -sum(transactions) as transactions
    from transactions
    group by website_id

),

differences as (

    select
        website_id,
        sum(issued) as issued,
        sum(redeemed) as redeemed,
        sum(deducted) as deducted,
        sum(transactions) as transactions
    from signed
    group by website_id

),

broken as (

    select * from differences
    where issued != 0 or redeemed != 0 or deducted != 0 or transactions != 0

)

select * from broken
