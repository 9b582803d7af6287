-- Baskets with their points, and households with their website: rules 2, 3, 5 and 13.

create table baskets as
select
    basket_id,
    household_id,
    store_id,
    cast(transaction_timestamp as timestamp) at time zone 'UTC' as bought_at,
    cast(bought_at at time zone 'America/New_York' as date) as shop_date,
    cast(sum(cast(sales_value as decimal(12, 2))) as decimal(12, 2)) as amount,
    cast(floor(amount) as integer) as points,
    bool_or(coupon_disc > 0) as has_coupon
from transactions
group by basket_id, household_id, store_id, transaction_timestamp;

create table households as
with

home_stores as (

    select
        household_id,
        store_id
    from baskets
    group by household_id, store_id
    qualify row_number() over (partition by household_id order by count(*) desc, store_id asc) = 1

),

first_baskets as (

    select
        household_id,
        min(bought_at) as joined_at
    from baskets
    group by household_id

)

select
    home_stores.household_id,
    website_rules.id as website_id,
    first_baskets.joined_at
from home_stores
inner join first_baskets on home_stores.household_id = first_baskets.household_id
asof join website_rules on home_stores.store_id >= website_rules.first_store_id;
