{%- set is_update = not execute or is_incremental() -%}

{{ config(
    materialized='incremental',
    incremental_strategy='replace_changed',
    incremental_predicates=[
        "rowid in (select client_months.rowid from {{ this }} as client_months"
        ~ " inner join {{ ref('int_changed_client_days') }} as changed"
        ~ " on client_months.client_id = changed.client_id"
        ~ " and client_months.month >= date_trunc('month', changed.from_date))"
    ],
    on_schema_change='fail',
) }}

with

{% if is_update %}
    changed as (

        select
            client_id,
            cast(date_trunc('month', from_date) as date) as from_month
        from {{ ref('int_changed_client_days') }}

    ),

    {# A first changed date may have no client-days, now or before, but its month has some. #}
    changed_months as (

        select from_month as month from changed
        union
        select cast(date_trunc('month', dates.date) as date) as month
        from {{ ref('int_changed_dates') }} as dates

    ),

    changed_dates as (

        select {{ each_date('month', 'last_day(month)') }} as date
        from changed_months

    ),

{% endif %}

client_days as (

    select
        client_days.*,
        cast(date_trunc('month', client_days.date) as date) as month,
        {{ is_activity_date('client_days') }} as is_activity_date
    from {{ ref('fct_client_days') }} as client_days
    {% if is_update %}
        inner join changed
            on
                client_days.client_id = changed.client_id
                and client_days.date >= changed.from_month
        where client_days.date in (select dates.date from changed_dates as dates)
    {% endif %}

),

{# Both totals only grow from day to day, so the greatest is the one at the end of the month. #}
client_months as (

    select
        website_id,
        client_id,
        month,
        cast(sum(issued) as bigint) as issued,
        cast(sum(redeemed) as bigint) as redeemed,
        cast(sum(deducted) as bigint) as deducted,
        max(lifetime_issued) as lifetime_issued,
        max(lifetime_issued - balance) as lifetime_taken,
        bool_or(is_activity_date) as is_active
    from client_days
    group by website_id, client_id, month

)

select * from client_months
order by month, client_id
