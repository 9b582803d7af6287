{%- set is_update = not execute or is_incremental() -%}

{{ config(
    materialized='incremental',
    incremental_strategy='replace_changed',
    incremental_predicates=[
        "rowid in (select changes.rowid from {{ this }} as changes"
        ~ " inner join {{ ref('int_changed_client_tiers') }} as changed"
        ~ " on changes.client_id = changed.client_id and changes.date >= changed.from_date)"
    ],
    on_schema_change='fail',
) }}

with

client_days as (

    select client_days.*
    from {{ ref('fct_client_days') }} as client_days
    {% if is_update %}
        inner join {{ ref('int_changed_client_tiers') }} as changed
            on
                client_days.client_id = changed.client_id
                and client_days.date >= changed.from_date
        where
            client_days.date in (
                select dates.date from {{ ref('int_changed_tier_dates') }} as dates
            )
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
        client_days.client_id,
        client_days.date,
        client_days.balance - client_days.net > 0 as was_active,
        client_days.balance > 0 as is_active,
        {{ tier_points(
            'client_days.balance - client_days.net',
            'client_days.lifetime_issued - client_days.issued'
        ) }} as points_before,
        {{ tier_points('client_days.balance', 'client_days.lifetime_issued') }} as points_after
    from client_days
    cross join run

),

{# Most days change nothing within a tier, and end here. #}
reached as (

    select
        levels.*,
        tiers.tier_id as to_tier_id
    from levels
    left join tiers
        on
            levels.is_active
            and levels.website_id = tiers.website_id
            and levels.points_after >= tiers.threshold
            and coalesce(levels.points_after < tiers.next_threshold, true)
    where
        not coalesce(
            levels.was_active
            and levels.points_before >= tiers.threshold
            and coalesce(levels.points_before < tiers.next_threshold, true),
            false
        )

),

changes as (

    select
        reached.website_id,
        reached.client_id,
        reached.date,
        reached.was_active,
        tiers.tier_id as from_tier_id,
        reached.is_active,
        reached.to_tier_id
    from reached
    left join tiers
        on
            reached.was_active
            and reached.website_id = tiers.website_id
            and reached.points_before >= tiers.threshold
            and coalesce(reached.points_before < tiers.next_threshold, true)
    where
        reached.was_active != reached.is_active
        or tiers.tier_id is distinct from reached.to_tier_id

)

select * from changes
order by date, client_id
