-- A returned row is a client's day that does not start from the balance and the issued points with
-- which his day before ended, that is there twice, or that is his last one and does not end with
-- what all his days bring together. With no such row, the balances of the clients change on each
-- date by that date's net, as outstanding points do. An incremental run wrote the days from a
-- client's first changed date on: those are followed, and so their start is proven by their end.
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

client_days as (

    select client_days.*
    from {{ ref('fct_client_days') }} as client_days
    inner join first_dates
        on
            client_days.client_id = first_dates.client_id
            and client_days.date >= first_dates.from_date

),

followed as (

    select
        client_id,
        date,
        lag(date) over client_history as date_before,
        lag(balance) over client_history as balance_before,
        lag(lifetime_issued) over client_history as lifetime_issued_before,
        lead(date) over client_history is null as is_last,
        issued,
        net,
        balance,
        lifetime_issued
    from client_days
    window
        client_history as (partition by client_id order by date)

),

broken_starts as (

    select * from followed
    where
        balance != balance_before + net
        or lifetime_issued != lifetime_issued_before + issued
        or date = date_before

),

broken_ends as (

    select followed.*
    from followed
    left join {{ ref('dim_clients') }} as clients on followed.client_id = clients.client_id
    where
        followed.is_last
        and (
            followed.balance is distinct from clients.balance
            or followed.lifetime_issued is distinct from clients.lifetime_issued
        )

),

broken as (

    select * from broken_starts
    union all
    select * from broken_ends

)

select * from broken
