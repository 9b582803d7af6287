{%- set is_update = not execute or is_incremental() -%}

{{ config(
    materialized='incremental',
    incremental_strategy='replace_changed',
    incremental_predicates=[
        "client_id in (select client_id from {{ ref('int_changed_client_days') }})"
    ],
    on_schema_change='fail',
) }}

with

{# Of a client who took more than was issued, only what is covered comes from lots. #}
clients as (

    select
        client_id,
        least(lifetime_issued, lifetime_issued - balance) as covered
    from {{ ref('dim_clients') }}
    where
        lifetime_issued > 0
        and lifetime_issued > balance
        {% if is_update %}
            and client_id in (
                select changed.client_id from {{ ref('int_changed_client_days') }} as changed
            )
        {% endif %}

),

client_months as (

    select
        months.website_id,
        months.client_id,
        clients.covered,
        months.month,
        months.lifetime_issued - months.issued as issued_before,
        months.lifetime_issued as issued_after,
        months.lifetime_taken as taken_after,
        months.redeemed,
        months.deducted
    from {{ ref('int_client_months') }} as months
    inner join clients on months.client_id = clients.client_id

),

{# Where, on the axis of a client's points, a lot or what a month took ends. #}
ends as (

    select
        website_id,
        client_id,
        least(issued_after, covered) as position,
        month as issued_month,
        cast(null as date) as redeemed_month,
        cast(null as date) as deducted_month
    from client_months
    where issued_before < least(issued_after, covered)
    union all
    select
        website_id,
        client_id,
        least(taken_after - deducted, covered) as position,
        cast(null as date) as issued_month,
        month as redeemed_month,
        cast(null as date) as deducted_month
    from client_months
    where redeemed > 0 and taken_after - deducted - redeemed < covered
    union all
    select
        website_id,
        client_id,
        least(taken_after, covered) as position,
        cast(null as date) as issued_month,
        cast(null as date) as redeemed_month,
        month as deducted_month
    from client_months
    where deducted > 0 and taken_after - deducted < covered

),

{# What lies between two ends is of the next lot, and goes to the next month that takes. #}
fragments as (

    select
        website_id,
        client_id,
        position - lag(position, 1, 0) over axis as points,
        min(issued_month) over onwards as issued_month,
        min(redeemed_month) over onwards as redeemed_month,
        min(deducted_month) over onwards as deducted_month
    from ends
    window
        axis as (partition by client_id order by position, issued_month nulls last),
        onwards as (
            partition by client_id
            order by position, issued_month nulls last
            rows between current row and unbounded following
        )

),

{# A month redeems before it deducts. #}
taken as (

    select
        website_id,
        client_id,
        issued_month,
        least(redeemed_month, deducted_month) as taken_month,
        coalesce(redeemed_month <= deducted_month, redeemed_month is not null) as is_redeemed,
        points
    from fragments
    where points > 0

),

takings as (

    select
        website_id,
        client_id,
        issued_month,
        taken_month,
        cast(coalesce(sum(points) filter (where is_redeemed), 0) as bigint) as redeemed,
        cast(coalesce(sum(points) filter (where not is_redeemed), 0) as bigint) as deducted
    from taken
    group by website_id, client_id, issued_month, taken_month

)

select * from takings
