{%- set is_update = not execute or is_incremental() -%}

{{ config(
    materialized='incremental',
    incremental_strategy='replace_changed',
    incremental_predicates=[
        "month in (select cast(date_trunc('month', date) as date)"
        ~ " from {{ ref('int_changed_dates') }})",
        "rowid in (select months.rowid from {{ this }} as months"
        ~ " inner join {{ ref('int_changed_cohorts') }} as changed"
        ~ " on months.website_id = changed.website_id and months.cohort = changed.cohort)",
    ],
    on_schema_change='fail',
) }}

with

clients as (

    select
        client_id,
        website_id,
        {{ cohort('member_since_date') }} as cohort
    from {{ ref('dim_clients') }}
    where member_since_date is not null

),

{% if is_update %}
    changed_cohorts as (

        select * from {{ ref('int_changed_cohorts') }}

    ),

    clients_of_changed_cohorts as (

        select clients.*
        from clients
        inner join changed_cohorts
            on
                clients.website_id = changed_cohorts.website_id
                and clients.cohort = changed_cohorts.cohort

    ),

    changed_months as (

        select distinct cast(date_trunc('month', date) as date) as month
        from {{ ref('int_changed_dates') }}

    ),

    dates_of_changed_months as (

        select dates.date
        from {{ ref('dim_dates') }} as dates
        inner join changed_months on dates.month_start_date = changed_months.month

    ),

    {# Those on which a client of a changed cohort can have client-days. #}
    dates_of_other_months as (

        select dates.date
        from {{ ref('dim_dates') }} as dates
        left join changed_months on dates.month_start_date = changed_months.month
        where
            changed_months.month is null
            and dates.date >= (select min(cohorts.cohort) from changed_cohorts as cohorts)

    ),

    client_days as (

        {{ days_by_cohort('clients') }}
        where client_days.date in (select dates.date from dates_of_changed_months as dates)
        union all
        {{ days_by_cohort('clients_of_changed_cohorts') }}
        where client_days.date in (select dates.date from dates_of_other_months as dates)

    ),
{% else %}
    client_days as (

        {{ days_by_cohort('clients') }}

    ),
{% endif %}

{# A client's first activity date of a month is the one before which it had none in it. #}
months as (

    select
        website_id,
        cohort,
        month,
        count(*) filter (
            where is_activity_date and coalesce(previous_activity_date < month, true)
        ) as active_clients,
        cast(sum(issued) as bigint) as points_issued,
        cast(sum(redeemed) as bigint) as points_redeemed
    from client_days
    group by website_id, cohort, month

)

select * from months
