-- Items, and the stored records of every month and ISO week.

create table fct_item_performance as
with balances as (
    select
        website_id, balance,
        (sum(count(*)) over (partition by website_id order by balance desc))::bigint as clients
    from dim_clients
    where is_active
    group by website_id, balance
),

redeemed as (
    select
        item_id,
        count(*) filter (date > as_of() - 30) as redemptions_30,
        count(*) filter (date > as_of() - 90) as redemptions_90,
        count(*) filter (date > as_of() - 365) as redemptions_365,
        count(distinct client_id) filter (date > as_of() - 365) as clients_365,
        max(date) as last_redeemed
    from fct_redemption_requests
    where is_redemption
    group by item_id
)

select
    items.website_id, item_id, item_name, category_name, points_required, is_active,
    coalesce(balances.clients, 0) as clients_who_can_afford,
    ratio(100 * coalesce(balances.clients, 0), active_clients)::decimal(38, 2)
        as affordable_rate,
    coalesce(redemptions_30, 0) as redemptions_30,
    coalesce(redemptions_90, 0) as redemptions_90,
    coalesce(redemptions_365, 0) as redemptions_365,
    coalesce(clients_365, 0) as clients_365,
    last_redeemed
from dim_redemption_items as items
inner join fct_website_totals using (website_id)
asof left join balances
    on items.website_id = balances.website_id and points_required <= balance
left join redeemed using (item_id);

create table loyalty_analytics as
with ranges as (
    select distinct website_id, date_from, date_to
    from (
        select
            website_id, date_trunc('month', date)::date as date_from, last_day(date) as date_to
        from first_events inner join dates on first_date <= date
        union all
        select website_id, date_trunc('week', date)::date, date_trunc('week', date)::date + 6
        from first_events inner join dates on first_date <= date
    )
    where date_to <= as_of()
),

points as (
    select
        website_id, date_from, date_to, sum(issued) as issued, sum(redeemed) as redeemed,
        max_by(outstanding, date) as outstanding
    from ranges
    inner join fct_points_daily using (website_id)
    where date between date_from and date_to
    group by all
),

redemptions as (
    select website_id, date_from, date_to, item_id, client_id, points
    from ranges
    inner join fct_redemption_requests using (website_id)
    where is_redemption and date between date_from and date_to
),

totals as (
    select
        website_id, date_from, date_to, count(*) as redemptions, sum(points) as value,
        count(distinct client_id) as clients
    from redemptions
    group by all
),

items as (
    select website_id, date_from, date_to, item_id
    from redemptions
    group by website_id, date_from, date_to, item_id
    qualify row_number() over (
        partition by website_id, date_from, date_to order by count(*) desc, item_id
    ) = 1
),

tiers as (
    select
        website_id, date,
        sum(active_clients) filter (tier_name = 'Bronze') as bronze,
        sum(active_clients) filter (tier_name = 'Silver') as silver,
        sum(active_clients) filter (tier_name = 'Gold') as gold,
        sum(active_clients) filter (tier_name = 'Platinum') as platinum
    from fct_tier_distribution_daily
    inner join dim_tiers using (website_id, tier_id)
    group by website_id, date
)

select
    ranges.website_id * 10000000000 + (date_from - date '1970-01-01') * 100000
    + (date_to - date '1970-01-01') as id,
    ranges.website_id as website,
    date_from,
    date_to,
    engagement.active_clients as total_active_clients,
    issued::bigint as total_points_issued,
    redeemed::bigint as total_points_redeemed,
    outstanding as total_points_balance,
    coalesce(redemptions, 0) as total_redemptions,
    coalesce(value, 0)::bigint as total_redemption_value,
    items.item_id as most_popular_item,
    item_name as most_popular_item_name,
    bronze::bigint as bronze_count,
    silver::bigint as silver_count,
    gold::bigint as gold_count,
    platinum::bigint as platinum_count,
    ratio(100 * coalesce(totals.clients, 0), engagement.active_clients)::decimal(38, 2)
        as active_redemptions_ratio,
    ratio(outstanding, engagement.active_clients)::decimal(38, 2) as average_points_per_client
from ranges
inner join points using (website_id, date_from, date_to)
inner join fct_engagement_daily as engagement
    on ranges.website_id = engagement.website_id and date_to = engagement.date
inner join tiers on ranges.website_id = tiers.website_id and date_to = tiers.date
left join totals using (website_id, date_from, date_to)
left join items using (website_id, date_from, date_to)
left join dim_redemption_items as names on items.item_id = names.item_id;
