with

websites as (

    select * from {{ ref('dim_websites') }}

),

clients as (

    select
        website_id,
        count(*) as clients,
        count(*) filter (where is_member) as total_clients,
        count(*) filter (where is_active) as active_clients,
        count(*) filter (where lifetime_issued > 0) as clients_ever_issued,
        sum(balance) as points_outstanding,
        sum(greatest(-balance, 0)) as points_overdrawn,
        sum(lifetime_issued) as lifetime_issued
    from {{ ref('dim_clients') }}
    group by website_id

),

transactions as (

    select
        website_id,
        sum(transactions) as transactions
    from {{ ref('fct_points_daily') }}
    group by website_id

),

requests as (

    select
        website_id,
        count(*) as requests
    from {{ ref('fct_redemption_requests') }}
    group by website_id

),

totals as (

    select
        websites.website_id,
        coalesce(clients.clients, 0) as clients,
        coalesce(clients.total_clients, 0) as total_clients,
        coalesce(clients.active_clients, 0) as active_clients,
        coalesce(clients.clients_ever_issued, 0) as clients_ever_issued,
        cast(coalesce(clients.points_outstanding, 0) as bigint) as points_outstanding,
        cast(coalesce(clients.points_overdrawn, 0) as bigint) as points_overdrawn,
        cast(coalesce(clients.lifetime_issued, 0) as bigint) as lifetime_issued,
        cast(coalesce(transactions.transactions, 0) as bigint) as transactions,
        coalesce(requests.requests, 0) as requests
    from websites
    left join clients on websites.website_id = clients.website_id
    left join transactions on websites.website_id = transactions.website_id
    left join requests on websites.website_id = requests.website_id

)

select * from totals
order by website_id
