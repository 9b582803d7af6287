{{ config(
    materialized='incremental',
    incremental_strategy='replace_changed',
    incremental_predicates=["date in (select date from {{ ref('int_changed_dates') }})"],
    on_schema_change='fail',
) }}

with

client_days as (

    select * from {{ ref('fct_client_days') }}
    {% if not execute or is_incremental() %}
        where date in (select changed.date from {{ ref('int_changed_dates') }} as changed)
    {% endif %}

),

points as (

    select
        website_id,
        date,
        cast(sum(issued) as bigint) as issued,
        cast(sum(refunded) as bigint) as refunded,
        cast(sum(redeemed) as bigint) as redeemed,
        cast(sum(deducted) as bigint) as deducted,
        cast(sum(net) as bigint) as net,
        cast(sum(transactions) as bigint) as transactions,
        count(*) as clients
    from client_days
    group by website_id, date

)

select * from points
