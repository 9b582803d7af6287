-- A returned row is a client's day that does not start from the balance and the issued points with
-- which his day before ended, or that is there twice. With no such row, the balances of the
-- clients change on each date by that date's net, as outstanding points do. An incremental run
-- wrote the days from a client's first changed date on: those are followed from the day before.
{{ config(meta={'dagster': {'ref': {'name': 'fct_client_days'}}}) }}

with

first_dates as (

    select
        client_id,
        from_date
    from {{ ref('int_changed_client_days') }}
    union all
    select
        client_id,
        date '1970-01-01' as from_date
    from {{ ref('dim_clients') }}
    where not exists (select 1 from {{ ref('stg_pipeline__previous_run') }})

),

days_before as (

    select
        client_days.client_id,
        max(client_days.date) as date
    from {{ ref('fct_client_days') }} as client_days
    inner join first_dates
        on
            client_days.client_id = first_dates.client_id
            and client_days.date < first_dates.from_date
    group by client_days.client_id

),

client_days as (

    select
        client_days.*,
        first_dates.from_date
    from {{ ref('fct_client_days') }} as client_days
    inner join first_dates on client_days.client_id = first_dates.client_id
    left join days_before on client_days.client_id = days_before.client_id
    where client_days.date >= coalesce(days_before.date, first_dates.from_date)

),

followed as (

    select
        client_id,
        from_date,
        date,
        lag(date) over client_history as date_before,
        lag(balance, 1, 0) over client_history as balance_before,
        lag(lifetime_issued, 1, 0) over client_history as lifetime_issued_before,
        issued,
        net,
        balance,
        lifetime_issued
    from client_days
    window
        client_history as (partition by client_id order by date)

),

broken as (

    select * from followed
    where
        date >= from_date
        and (
            balance != balance_before + net
            or lifetime_issued != lifetime_issued_before + issued
            or date = date_before
        )

)

select * from broken
