-- What is forecast: the series, whose fits are no matter of SQL.

-- The last three years at most.
set variable first_day = (as_of() - interval 3 year)::date + 1;

create table intermediate.daily_series as
select
    website_id, date, issued as points_issued, redeemed as points_redeemed,
    coalesce(redemptions, 0) as redemptions
from fct_points_daily
left join fct_redemptions_daily using (website_id, date)
where date >= getvariable('first_day');

create table intermediate.weekly_series as
with weeks as (
    select website_id, date as week
    from first_events
    inner join dates
        on date >= greatest(first_date, getvariable('first_day')) + 6
        and (as_of() - date) % 7 = 0
),

redeemed as (
    select
        website_id, item_id, date + (as_of() - date)::integer % 7 as week, count(*) as redemptions
    from fct_redemption_requests
    where is_redemption
    group by all
),

items as (
    select distinct website_id, item_id
    from fct_redemption_requests
    where is_redemption and date > as_of() - 365
)

select website_id, item_id, week, coalesce(redemptions, 0) as redemptions
from items
inner join weeks using (website_id)
left join redeemed using (website_id, item_id, week);
