-- A returned row is a website whose orders up to as_of differ from those of its valid rows: the
-- mart's figures minus theirs.
{{ config(meta={'dagster': {'ref': {'name': 'fct_orders_daily'}}}) }}

with

orders as (

    select * from {{ ref('fct_orders') }}

),

daily as (

    select * from {{ ref('fct_orders_daily') }}

),

signed as (

    select
        website_id,
        sum(orders) as orders,
        sum(revenue) as revenue,
        sum(margin) as margin,
        sum(orders_without_margin) as orders_without_margin,
        sum(revenue_without_margin) as revenue_without_margin
    from daily
    group by website_id
    union all
    select
        website_id,
        -count(*) as orders,
        -sum(amount) as revenue,
        -coalesce(sum(margin), 0) as margin,
        -count(*) filter (where margin is null) as orders_without_margin,
        -coalesce(sum(amount) filter (where margin is null), 0) as revenue_without_margin
    from orders
    group by website_id

),

differences as (

    select
        website_id,
        sum(orders) as orders,
        sum(revenue) as revenue,
        sum(margin) as margin,
        sum(orders_without_margin) as orders_without_margin,
        sum(revenue_without_margin) as revenue_without_margin
    from signed
    group by website_id

),

broken as (

    select * from differences
    where
        orders != 0
        or revenue != 0
        or margin != 0
        or orders_without_margin != 0
        or revenue_without_margin != 0

)

select * from broken
