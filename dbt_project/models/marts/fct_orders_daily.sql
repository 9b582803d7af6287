{{ config(
    materialized='incremental',
    incremental_strategy='replace_changed',
    incremental_predicates=["date in (select date from {{ ref('int_changed_order_dates') }})"],
    on_schema_change='fail',
) }}

with

orders as (

    select * from {{ ref('fct_orders') }}
    {% if not execute or is_incremental() %}
        where date in (select changed.date from {{ ref('int_changed_order_dates') }} as changed)
    {% endif %}

),

daily as (

    select
        website_id,
        date,
        count(*) as orders,
        cast(sum(amount) as decimal(38, 2)) as revenue,
        cast(coalesce(sum(margin), 0) as decimal(38, 2)) as margin,
        count(*) filter (where margin is null) as orders_without_margin,
        cast(coalesce(sum(amount) filter (where margin is null), 0) as decimal(38, 2))
            as revenue_without_margin
    from orders
    group by website_id, date

)

select * from daily
order by website_id, date
