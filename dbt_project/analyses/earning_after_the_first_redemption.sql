-- depends_on: {{ ref('dim_clients') }}
-- depends_on: {{ ref('dim_run') }}
-- depends_on: {{ ref('dim_websites') }}
-- depends_on: {{ ref('fct_client_days') }}
-- depends_on: {{ ref('fct_redemption_requests') }}
with first_redemptions as (
    select
        website_id,
        client_id,
        min(date) as date
    from fct_redemption_requests
    where is_redemption
    group by website_id, client_id
),

observed as (
    select first_redemptions.*
    from first_redemptions
    inner join dim_clients as clients on first_redemptions.client_id = clients.client_id
    cross join dim_run as run
    where
        first_redemptions.date - clients.first_transaction_date >= 60
        and run.as_of - first_redemptions.date >= 60
),

earned as (
    select
        observed.website_id,
        observed.client_id,
        coalesce(sum(days.issued) filter (where days.date < observed.date), 0) as points_before,
        coalesce(sum(days.issued) filter (where days.date > observed.date), 0) as points_after
    from observed
    left join fct_client_days as days
        on
            observed.client_id = days.client_id
            and days.date between observed.date - 60 and observed.date + 60
    group by observed.website_id, observed.client_id
)

select
    websites.website_name as website,
    count(*) as clients,
    round(avg(earned.points_before), 1) as points_before,
    round(avg(earned.points_after), 1) as points_after
from earned
inner join dim_websites as websites on earned.website_id = websites.website_id
group by websites.website_id, websites.website_name
order by websites.website_id
