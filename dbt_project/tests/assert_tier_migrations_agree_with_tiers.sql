-- A returned row is a tier at the start or the end of a month that does not hold as many clients in
-- the daily series as moved from it, or to it, or stayed.
{{ config(meta={'dagster': {'ref': {'name': 'fct_tier_migrations'}}}) }}

with

months as (

    select * from {{ ref('int_complete_months') }}

),

levels as (

    select * from {{ ref('fct_tier_distribution_daily') }}

),

migrations as (

    select * from {{ ref('fct_tier_migrations') }}

),

signed as (

    select
        months.month,
        levels.tier_id,
        'start' as margin,
        levels.active_clients as clients
    from months
    inner join levels
        on months.website_id = levels.website_id and months.month - 1 = levels.date
    where not months.is_first
    union all
    select
        months.month,
        levels.tier_id,
        'end' as margin,
        levels.active_clients as clients
    from months
    inner join levels
        on months.website_id = levels.website_id and months.last_date = levels.date
    union all
    select
        month,
        from_tier_id as tier_id,
        'start' as margin,
        -clients as clients
    from migrations
    where from_tier_id is not null
    union all
    select
        month,
        to_tier_id as tier_id,
        'end' as margin,
        -clients as clients
    from migrations
    where to_tier_id is not null

),

broken as (

    select
        month,
        tier_id,
        margin,
        sum(clients) as clients_missing
    from signed
    group by month, tier_id, margin
    having sum(clients) != 0

)

select * from broken
