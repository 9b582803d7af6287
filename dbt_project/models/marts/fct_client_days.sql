with

transactions as (

    select transactions.*
    from {{ ref('int_loyalty_transactions_judged') }} as transactions
    inner join {{ ref('int_run') }} as run on transactions.business_date <= run.as_of
    where transactions.quarantine_reason is null

),

client_days as (

    select
        website_id,
        client_id,
        business_date as date,
        cast(coalesce(sum(points) filter (transaction_type = 'add'), 0) as bigint) as issued,
        cast(coalesce(-sum(points) filter (transaction_type = 'redeem'), 0) as bigint) as redeemed,
        cast(coalesce(-sum(points) filter (transaction_type = 'deduct'), 0) as bigint) as deducted,
        cast(sum(points) as bigint) as net,
        count(*) as transactions
    from transactions
    group by website_id, client_id, business_date

),

running as (

    select
        website_id,
        client_id,
        date,
        issued,
        redeemed,
        deducted,
        net,
        cast(sum(net) over client_history as bigint) as balance,
        cast(sum(issued) over client_history as bigint) as lifetime_issued,
        transactions
    from client_days
    window
        client_history as (
            partition by client_id order by date rows unbounded preceding
        )

)

select * from running
order by client_id, date
