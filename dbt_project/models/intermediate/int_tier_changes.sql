{%- set is_update = not execute or is_incremental() -%}

{{ config(
    materialized='incremental',
    incremental_strategy='replace_changed',
    incremental_predicates=["date in (select date from {{ ref('int_changed_tier_dates') }})"],
    on_schema_change='fail',
) }}

with

{# All client-days are rather read twice than held in memory once. #}
client_days as {{ 'materialized' if is_update else 'not materialized' }} (

    select * from {{ ref('fct_client_days') }}
    {% if is_update %}
        where date in (select changed.date from {{ ref('int_changed_tier_dates') }} as changed)
    {% endif %}

),

run as (

    select * from {{ ref('int_run') }}

),

tiers as (

    select * from {{ ref('dim_tiers') }}
    where is_reachable

),

{# The level after a client's day and the one before it: the day's own figures tell both. #}
levels as (

    select
        client_days.website_id,
        client_days.date,
        1 as change,
        {{ tier_points('client_days.balance', 'client_days.lifetime_issued') }} as tier_points
    from client_days
    cross join run
    where client_days.balance > 0
    union all
    select
        client_days.website_id,
        client_days.date,
        -1 as change,
        {{ tier_points(
            'client_days.balance - client_days.net',
            'client_days.lifetime_issued - client_days.issued'
        ) }} as tier_points
    from client_days
    cross join run
    where client_days.balance - client_days.net > 0

),

changes as (

    select
        levels.website_id,
        levels.date,
        tiers.tier_id,
        cast(sum(levels.change) as bigint) as change
    from levels
    left join tiers
        on
            levels.website_id = tiers.website_id
            and levels.tier_points >= tiers.threshold
            and coalesce(levels.tier_points < tiers.next_threshold, true)
    group by levels.website_id, levels.date, tiers.tier_id

)

select * from changes
where change != 0
