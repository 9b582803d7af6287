with

clients as (

    select * from {{ ref('int_clients_validated') }}
    where quarantine_reason is null

),

{# The application's cached column knows no as_of: what is dated after it counts too. #}
later as (

    select
        transactions.client_id,
        sum(transactions.points) as points
    from {{ ref('int_loyalty_transactions_validated') }} as transactions
    inner join {{ ref('int_run') }} as run on transactions.business_date > run.as_of
    where transactions.quarantine_reason is null
    group by transactions.client_id

),

ledger as (

    select
        clients.client_id,
        clients.balance + coalesce(later.points, 0) as balance
    from {{ ref('dim_clients') }} as clients
    left join later on clients.client_id = later.client_id

),

compared as (

    select
        clients.client_id,
        clients.website_id,
        cast(coalesce(clients.cached_points, 0) as bigint) as cached_points,
        cast(ledger.balance as bigint) as ledger_balance,
        cast(
            coalesce(clients.cached_points, 0) - greatest(ledger.balance, 0) as bigint
        ) as drift_points
    from clients
    inner join ledger on clients.client_id = ledger.client_id

)

select * from compared
where drift_points != 0
order by client_id
