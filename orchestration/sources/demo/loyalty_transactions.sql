-- The ledger: points of baskets, then redemptions, then conversions of an instant: rule 10.

create table loyalty_transactions as
with

entries as (

    select
        households.website_id,
        baskets.household_id as client_id,
        baskets.points,
        'add' as transaction_type,
        format('Basket in store {}', baskets.store_id) as reason,
        baskets.bought_at as occurred_at,
        cast(null as bigint) as redemption_request_id,
        1 as step,
        baskets.basket_id as step_order
    from baskets
    inner join households on baskets.household_id = households.household_id
    where baskets.points >= 1

    union all

    select
        open_requests.website_id,
        open_requests.household_id as client_id,
        -open_requests.points_required as points,
        'redeem' as transaction_type,
        format('Redeemed: {}', open_requests.item_name) as reason,
        open_requests.requested_at as occurred_at,
        open_requests.id as redemption_request_id,
        2 as step,
        open_requests.id as step_order
    from open_requests
    inner join fulfilled_requests on open_requests.id = fulfilled_requests.id

    union all

    select
        website_id,
        client_id,
        -points as points,
        'redeem' as transaction_type,
        'Converted to wallet credit' as reason,
        converted_at as occurred_at,
        null as redemption_request_id,
        3 as step,
        id as step_order
    from wallet_conversions

)

select
    row_number() over (order by occurred_at, client_id, step, step_order) as id,
    website_id,
    client_id,
    points,
    transaction_type,
    reason,
    occurred_at as timestamp,
    redemption_request_id
from entries;
