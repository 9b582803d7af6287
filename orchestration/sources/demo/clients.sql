-- The clients with the caches that the application would hold: rules 3 and 11.

create table clients as
with

balances as (

    select
        client_id,
        sum(points) as balance_points,
        sum(points) filter (transaction_type = 'add') as earned_points
    from loyalty_transactions
    group by client_id

)

select
    households.household_id as id,
    households.website_id,
    cast(coalesce(balances.balance_points, 0) as integer) as loyalty_points,
    loyalty_tiers.id as tier_id,
    households.joined_at as date_joined
from households
left join balances on households.household_id = balances.client_id
asof join
    loyalty_tiers
    on
        households.website_id = loyalty_tiers.website_id
        and coalesce(balances.earned_points, 0) >= loyalty_tiers.threshold;
