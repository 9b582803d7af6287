{{ config(
    materialized='incremental',
    incremental_strategy='replace_changed',
    incremental_predicates=[
        "month in (select cast(date_trunc('month', date) as date)"
        ~ " from {{ ref('int_changed_tier_dates') }})"
    ],
    on_schema_change='fail',
) }}

with

client_changes as (

    select
        *,
        cast(date_trunc('month', date) as date) as month
    from {{ ref('int_client_tier_changes') }}

),

changed as (

    select * from client_changes
    {% if not execute or is_incremental() %}
        where month in (
            select cast(date_trunc('month', dates.date) as date)
            from {{ ref('int_changed_tier_dates') }} as dates
        )
    {% endif %}

),

{# A tier that a client left and came back to within the month is one that it stayed in. #}
signed as (

    select
        website_id,
        client_id,
        month,
        to_tier_id as tier_id,
        1 as change
    from changed
    where to_tier_id is not null
    union all
    select
        website_id,
        client_id,
        month,
        from_tier_id as tier_id,
        -1 as change
    from changed
    where from_tier_id is not null

),

crossed as (

    select
        website_id,
        client_id,
        month,
        tier_id,
        sum(change) as change
    from signed
    group by website_id, client_id, month, tier_id
    having sum(change) != 0

),

moved as (

    select
        website_id,
        client_id,
        month,
        max(tier_id) filter (where change < 0) as from_tier_id,
        max(tier_id) filter (where change > 0) as to_tier_id
    from crossed
    group by website_id, client_id, month

),

moves as (

    select
        website_id,
        month,
        from_tier_id,
        to_tier_id,
        count(*) as clients
    from moved
    group by website_id, month, from_tier_id, to_tier_id

)

select * from moves
