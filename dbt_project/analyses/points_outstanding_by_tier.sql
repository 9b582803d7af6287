-- depends_on: {{ ref('dim_dates') }}
-- depends_on: {{ ref('dim_run') }}
-- depends_on: {{ ref('dim_tiers') }}
-- depends_on: {{ ref('fct_client_days') }}
with quarter_ends as (
    select date
    from dim_dates
    where month % 3 = 0 and date = last_day(date) and window_days <= 365
),

client_balances as (
    select
        quarter_ends.date,
        client_days.website_id,
        client_days.client_id,
        max_by(client_days.balance, client_days.date) as balance,
        max_by(client_days.lifetime_issued, client_days.date) as lifetime_issued
    from quarter_ends
    inner join fct_client_days as client_days on quarter_ends.date >= client_days.date
    group by quarter_ends.date, client_days.website_id, client_days.client_id
),

active_clients as (
    select
        client_balances.date,
        client_balances.website_id,
        client_balances.balance,
        if(run.tier_basis = 'lifetime', client_balances.lifetime_issued, client_balances.balance)
            as tier_points
    from client_balances
    cross join dim_run as run
    where client_balances.balance > 0
)

select
    clients.date,
    sum(clients.balance) filter (where tiers.tier_name = 'Bronze') as bronze,
    sum(clients.balance) filter (where tiers.tier_name = 'Silver') as silver,
    sum(clients.balance) filter (where tiers.tier_name = 'Gold') as gold,
    sum(clients.balance) filter (where tiers.tier_name = 'Platinum') as platinum
from active_clients as clients
inner join dim_tiers as tiers
    on
        clients.website_id = tiers.website_id
        and tiers.is_reachable
        and clients.tier_points >= tiers.threshold
        and (clients.tier_points < tiers.next_threshold or tiers.next_threshold is null)
group by clients.date
order by clients.date
