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
    changed_months as (

        select distinct cast(date_trunc('month', date) as date) as month
        from {{ ref('int_changed_dates') }}

    ),

{% endif %}

{# Changed months of all cohorts, and all other months of changed cohorts. #}
client_months as (

    select
        clients.cohort,
        client_months.*
    from {{ ref('int_client_months') }} as client_months
    inner join clients on client_months.client_id = clients.client_id
    {% if is_update %}
        where client_months.month in (select months.month from changed_months as months)
        union all
        select
            clients.cohort,
            client_months.*
        from {{ ref('int_client_months') }} as client_months
        inner join clients on client_months.client_id = clients.client_id
        inner join {{ ref('int_changed_cohorts') }} as changed
            on clients.website_id = changed.website_id and clients.cohort = changed.cohort
        where client_months.month not in (select months.month from changed_months as months)
    {% endif %}

),

months as (

    select
        website_id,
        cohort,
        month,
        count(*) filter (where is_active) as active_clients,
        cast(sum(issued) as bigint) as points_issued,
        cast(sum(redeemed) as bigint) as points_redeemed
    from client_months
    group by website_id, cohort, month

)

select * from months
