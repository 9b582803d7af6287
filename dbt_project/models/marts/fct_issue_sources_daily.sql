{%- set is_update = not execute or is_incremental() -%}

{{ config(
    materialized='incremental',
    incremental_strategy='replace_changed',
    incremental_predicates=["date in (select date from {{ ref('int_changed_dates') }})"],
    on_schema_change='fail',
) }}

with

issues as (

    select * from {{ ref('fct_loyalty_transactions') }}
    where
        transaction_type = 'add'
        {% if is_update %}
            and date in (select changed.date from {{ ref('int_changed_dates') }} as changed)
        {% endif %}

),

sources as (

    select
        website_id,
        date,
        reason,
        cast(sum(points) as bigint) as points,
        count(*) as transactions
    from issues
    group by website_id, date, reason

)

select * from sources
order by date, website_id, reason
