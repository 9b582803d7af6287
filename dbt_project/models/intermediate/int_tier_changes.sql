{{ config(
    materialized='incremental',
    incremental_strategy='replace_changed',
    incremental_predicates=["date in (select date from {{ ref('int_changed_tier_dates') }})"],
    on_schema_change='fail',
) }}

with

client_changes as (

    select * from {{ ref('int_client_tier_changes') }}
    {% if not execute or is_incremental() %}
        where date in (select changed.date from {{ ref('int_changed_tier_dates') }} as changed)
    {% endif %}

),

signed as (

    select
        website_id,
        date,
        to_tier_id as tier_id,
        1 as change
    from client_changes
    where is_active
    union all
    select
        website_id,
        date,
        from_tier_id as tier_id,
        -1 as change
    from client_changes
    where was_active

),

changes as (

    select
        website_id,
        date,
        tier_id,
        cast(sum(change) as bigint) as change
    from signed
    group by website_id, date, tier_id

)

select * from changes
where change != 0
