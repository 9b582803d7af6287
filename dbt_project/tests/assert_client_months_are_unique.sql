-- A returned row is a client's month that is there more than once. An incremental run wrote months
-- with changed dates and those of the clients' first changed dates: only these are looked at.
{{ config(meta={'dagster': {'ref': {'name': 'int_client_months'}}}) }}

with

written_months as (

    select cast(date_trunc('month', from_date) as date) as month
    from {{ ref('int_changed_client_days') }}
    union
    select cast(date_trunc('month', dates.date) as date) as month
    from {{ ref('int_changed_dates') }} as dates

),

written as (

    select
        client_id,
        month
    from {{ ref('int_client_months') }}
    where not exists (select 1 from {{ ref('int_previous_run') }})
    union all
    select
        client_id,
        month
    from {{ ref('int_client_months') }}
    where month in (select written_months.month from written_months)

),

repeated as (

    select
        client_id,
        month,
        count(*) as row_count
    from written
    group by client_id, month
    having count(*) > 1

)

select * from repeated
