-- What households that redeem no coupon turn into wallet credit as each quarter ends: rule 9.

create table wallet_conversions as
with

quarter_ends as (

    select next_quarter at time zone 'America/New_York' - interval 1 second as converted_at
    from
        unnest(
            generate_series(timestamp '2017-04-01', timestamp '2018-01-01', interval 3 months)
        ) as quarters (next_quarter)

),

savers as (

    select
        households.household_id,
        households.website_id
    from households
    anti join
        coupon_redemptions
        on households.household_id = coupon_redemptions.household_id

),

-- A saver spends on nothing else, and so has turned in all full 500s earned by each quarter's end.
turned_in as (

    select
        savers.website_id,
        savers.household_id,
        quarter_ends.converted_at,
        sum(baskets.points) // 500 * 500 as points_so_far
    from savers
    inner join baskets on savers.household_id = baskets.household_id
    inner join quarter_ends on baskets.bought_at <= quarter_ends.converted_at
    group by savers.website_id, savers.household_id, quarter_ends.converted_at

),

conversions as (

    select
        website_id,
        household_id as client_id,
        cast(points_so_far - lag(points_so_far, 1, 0) over earlier as integer) as points,
        converted_at
    from turned_in
    window earlier as (partition by household_id order by converted_at)

)

select
    row_number() over (order by converted_at, client_id) as id,
    website_id,
    client_id,
    points,
    cast(points * 0.01 as decimal(12, 2)) as amount,
    converted_at
from conversions
where points > 0;
