-- depends_on: {{ ref('dim_redemption_items') }}
-- depends_on: {{ ref('dim_websites') }}
-- depends_on: {{ ref('fct_client_days') }}
-- depends_on: {{ ref('fct_redemption_requests') }}
with visits as (
    select
        client_id,
        date,
        date - lag(date) over (partition by client_id order by date) as days_away,
        lead(date) over (partition by client_id order by date) - date as days_to_next_visit
    from fct_client_days
),

comebacks as (
    select
        requests.website_id,
        requests.item_id,
        coalesce(visits.days_to_next_visit <= 21, false) as is_lasting
    from fct_redemption_requests as requests
    inner join visits
        on requests.client_id = visits.client_id and requests.date = visits.date
    where requests.is_redemption and visits.days_away > 21
)

select
    websites.website_name as website,
    items.item_name as item,
    count(*) as comebacks,
    count(*) filter (where comebacks.is_lasting) as came_again
from comebacks
inner join dim_websites as websites on comebacks.website_id = websites.website_id
inner join dim_redemption_items as items on comebacks.item_id = items.item_id
group by websites.website_name, items.item_id, items.item_name
order by comebacks desc, items.item_id asc
limit 5
