{#- A tier that changed moves every date; else only the dates of changed client-days move. -#}
{%- set changed -%}
    date in (
        select date from warehouse.intermediate.int_changed_dates
        union all
        select date from warehouse.intermediate.int_points_daily
        where exists (
            from warehouse.staging.stg_pipeline__changed_entities
            where has_changed and entity in ('loyalty_tiers', 'websites')
        )
    )
{%- endset -%}

{%- set is_update = not execute or is_incremental() -%}

{{ config(
    materialized='incremental',
    incremental_strategy='replace_changed',
    incremental_predicates=[changed],
    on_schema_change='fail',
) }}

with

{# All client-days are rather read twice than held in memory once. #}
client_days as {{ 'materialized' if is_update else 'not materialized' }} (

    select * from {{ ref('fct_client_days') }}
    {% if is_update %}
        -- {{ ref('int_changed_dates') }}, {{ ref('int_points_daily') }}
        -- and {{ ref('stg_pipeline__changed_entities') }}
        where {{ changed }}
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
