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

returns as (

    select
        website_id,
        date,
        previous_date,
        count(*) as clients
    from client_days
    group by website_id, date, previous_date

)

select * from returns
order by date, website_id, previous_date
