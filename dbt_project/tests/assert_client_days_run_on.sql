-- A returned row is a client's day that does not start from the balance and the issued points with
-- which his day before ended, or that is there twice. With no such row, the balances of the
-- clients change on each date by that date's net, as outstanding points do.
{{ config(meta={'dagster': {'ref': {'name': 'fct_client_days'}}}) }}

with

client_days as (

    select * from {{ ref('fct_client_days') }}

),

followed as (

    select
        client_id,
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
        balance != balance_before + net
        or lifetime_issued != lifetime_issued_before + issued
        or date = date_before

)

select * from broken
