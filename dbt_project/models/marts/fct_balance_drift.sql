with

clients as (

    select * from {{ ref('int_clients_judged') }}
    where quarantine_reason is null

),

{# Over all events, not cut at as_of: the application's cached column knows no as_of. #}
ledger as (

    select
        client_id,
        sum(points) as balance
    from {{ ref('int_loyalty_transactions_judged') }}
    where quarantine_reason is null
    group by client_id

),

compared as (

    select
        clients.client_id,
        clients.website_id,
        cast(coalesce(clients.cached_points, 0) as bigint) as cached_points,
        cast(coalesce(ledger.balance, 0) as bigint) as ledger_balance,
        cast(
            coalesce(clients.cached_points, 0) - greatest(coalesce(ledger.balance, 0), 0) as bigint
        ) as drift_points
    from clients
    left join ledger on clients.client_id = ledger.client_id

)

select * from compared
where drift_points != 0
order by client_id
