-- The requests before they are decided, each with what its household earned by then: rule 7.

create table open_requests as
with

first_baskets as (

    select
        household_id,
        shop_date,
        bought_at
    from baskets
    qualify
        row_number() over (
            partition by household_id, shop_date
            order by has_coupon desc, bought_at asc, basket_id asc
        ) = 1

),

redemptions as (

    select
        coupon_redemptions.household_id,
        coupon_redemptions.coupon_upc,
        coupon_redemptions.campaign_id,
        cast(coupon_redemptions.redemption_date as date) as shop_date,
        format(
            '{} coupon ({})', coupon_departments.department, campaign_descriptions.campaign_type
        ) as item_name
    from coupon_redemptions
    inner join
        coupon_departments
        on
            coupon_redemptions.coupon_upc = coupon_departments.coupon_upc
            and coupon_redemptions.campaign_id = coupon_departments.campaign_id
    inner join
        campaign_descriptions
        on coupon_redemptions.campaign_id = campaign_descriptions.campaign_id

),

requests as (

    select
        row_number() over (
            order by
                first_baskets.bought_at,
                redemptions.household_id,
                redemptions.coupon_upc,
                redemptions.campaign_id
        ) as id,
        households.website_id,
        redemptions.household_id,
        redemption_items.id as item_id,
        redemption_items.name as item_name,
        redemption_items.points_required,
        first_baskets.bought_at as requested_at
    from redemptions
    inner join
        first_baskets
        on
            redemptions.household_id = first_baskets.household_id
            and redemptions.shop_date = first_baskets.shop_date
    inner join households on redemptions.household_id = households.household_id
    inner join
        redemption_items
        on
            households.website_id = redemption_items.website_id
            and redemptions.item_name = redemption_items.name

)

select
    requests.*,
    (
        select sum(baskets.points)
        from baskets
        where
            baskets.household_id = requests.household_id
            and baskets.bought_at <= requests.requested_at
    ) as earned_points
from requests;
