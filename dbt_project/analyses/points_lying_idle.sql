-- depends_on: {{ ref('dim_clients') }}
-- depends_on: {{ ref('dim_run') }}
-- depends_on: {{ ref('dim_websites') }}
with active_clients as (
    select
        clients.website_id,
        clients.balance,
        run.as_of - clients.last_transaction_date >= 60 as is_idle
    from dim_clients as clients
    cross join dim_run as run
    where clients.is_active
)

select
    websites.website_name as website,
    count(*) filter (where clients.is_idle) as idle_clients,
    coalesce(sum(clients.balance) filter (where clients.is_idle), 0) as idle_points,
    round(100 * idle_points / sum(clients.balance), 2) as percent_of_points
from active_clients as clients
inner join dim_websites as websites on clients.website_id = websites.website_id
group by websites.website_id, websites.website_name
order by percent_of_points desc, websites.website_id asc
