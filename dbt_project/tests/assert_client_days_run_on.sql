-- A returned row is a client's day that does not start from the balance and the issued points with
-- which the client's day before ended, that names another day as the one before, that is there
-- twice, that is the last one and does not end with what all days bring together, or that is a day
-- of somebody who isn't a client. With no such row, the balances of the clients change on each date
-- by that date's net, as outstanding points do. An incremental run wrote the days from a client's
-- first changed date on, and took away those of clients that left: these are followed, and so their
-- start is proven by their end.
-- In a full build days are followed only if sums of hashes differ: of what days end with, and of
-- what the next days start from.
{{ config(meta={'dagster': {'ref': {'name': 'fct_client_days'}}}) }}

with

clients as (

    select * from {{ ref('dim_clients') }}

),

clients_that_left as (

    select changed.client_id
    from {{ ref('int_changed_clients') }} as changed
    left join clients on changed.client_id = clients.client_id
    where clients.client_id is null

),

{# What all days of a client bring together stands for the start after its last one. #}
ends_and_starts as (

    select
        {{ row_hash(['client_id', 'date', 'balance', 'lifetime_issued']) }} as end_hash,
        if(
            previous_date is null,
            0,
            {{ row_hash([
                'client_id', 'previous_date', 'balance - net', 'lifetime_issued - issued'
            ]) }}
        ) as start_hash,
        coalesce(previous_date >= date, false) as is_out_of_order
    from {{ ref('fct_client_days') }}
    where not exists (select 1 from {{ ref('int_previous_run') }})
    union all
    select
        0 as end_hash,
        {{ row_hash(['client_id', 'last_transaction_date', 'balance', 'lifetime_issued']) }}
            as start_hash,
        false as is_out_of_order
    from clients
    where
        last_transaction_date is not null
        and not exists (select 1 from {{ ref('int_previous_run') }})

),

sums as (

    select
        sum(end_hash) as ends,
        sum(start_hash) as starts,
        bool_or(is_out_of_order) as is_out_of_order
    from ends_and_starts

),

broken_sums as (

    select * from sums
    where ends != starts or is_out_of_order

),

client_days as (

    select * from {{ ref('fct_client_days') }}
    where exists (select 1 from broken_sums)
    union all
    select client_days.*
    from {{ ref('fct_client_days') }} as client_days
    inner join {{ ref('int_changed_client_days') }} as changed
        on
            client_days.client_id = changed.client_id
            and client_days.date >= changed.from_date
    union all
    select * from {{ ref('fct_client_days') }}
    where client_id in (select clients_that_left.client_id from clients_that_left)

),

followed as (

    select
        client_id,
        date,
        previous_date,
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
        or previous_date >= date
        or (date_before is not null and previous_date is distinct from date_before)

),

broken_ends as (

    select followed.*
    from followed
    left join clients on followed.client_id = clients.client_id
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
