-- Payloads, for the windows that are exported.

create temp table windows as select unnest([7, 30, 90, 365]) as days;

create temp table websites_and_windows as
select website_id, days, as_of, as_of - days + 1 as date_from
from dim_websites, windows, dim_run;

create temp table window_points as
select
    website_id, days, coalesce(sum(issued), 0) as issued, coalesce(sum(redeemed), 0) as redeemed
from websites_and_windows
left join fct_points_daily using (website_id)
where date >= date_from
group by all;

create temp table window_redemptions as
select
    frame.website_id, days, count(request_id) as redemptions,
    coalesce(sum(points), 0) as value, count(distinct client_id) as clients
from websites_and_windows as frame
left join fct_redemption_requests as requests
    on frame.website_id = requests.website_id and is_redemption and date >= date_from
group by all;

create table payload_points_trend as
select website_id, days, date, issued, redeemed, outstanding as balance
from websites_and_windows
inner join fct_points_daily using (website_id)
where date >= date_from;

create table payload_redemption_trend as
select
    website_id, days, date, coalesce(redemptions, 0) as redemptions,
    coalesce(points, 0) as points, coalesce(clients, 0) as clients
from websites_and_windows
inner join dates on date >= date_from
left join fct_redemptions_daily using (website_id, date);

create table payload_engagement_trend as
select website_id, days, engagement.* exclude (website_id)
from websites_and_windows
inner join fct_engagement_daily as engagement using (website_id)
where date >= date_from;

create table payload_top_redemptions as
select
    items.website_id, item_id as id, item_name as name, points_required,
    count(*) as redemption_count, category_name as category,
    row_number() over (partition by items.website_id order by count(*) desc, item_id) as item_rank
from fct_redemption_requests
inner join dim_redemption_items as items using (item_id)
where is_redemption
group by items.website_id, item_id, item_name, points_required, category_name;

create table payload_tier_distribution as
select
    website_id, tier_id, tier_name, count(client_id) as count, threshold,
    ratio(100 * count(client_id), sum(count(client_id)) over (partition by website_id))
        ::decimal(38, 2) as percentage
from dim_tiers
left join dim_clients using (website_id, tier_id)
group by website_id, tier_id, tier_name, threshold;

create table payload_points_balance as
select
    website_id, as_of, points_outstanding as total_points_balance, active_clients,
    ratio(points_outstanding, active_clients)::decimal(38, 2) as average_points_per_client
from fct_website_totals, dim_run;

create table payload_engagement_stats as
with counted as (
    select
        website_id, days, count(*) filter (last_redemption_date >= date_from) as redeeming,
        count(*) filter (last_transaction_date >= date_from) as transacting
    from websites_and_windows
    inner join dim_clients using (website_id)
    group by all
)

select
    website_id, days, total_clients, active_clients,
    redeeming as clients_with_redemptions, transacting as clients_with_transactions,
    ratio(100 * transacting, total_clients)::decimal(38, 2) as engagement_rate,
    ratio(100 * redeeming, active_clients)::decimal(38, 2) as redemption_rate
from counted
inner join fct_website_totals using (website_id);

create table payload_overview as
select
    website_id, as_of, days, active_clients as total_active_clients,
    issued::bigint as total_points_issued, redeemed::bigint as total_points_redeemed,
    points_outstanding as total_points_balance, redemptions as total_redemptions,
    value::bigint as total_redemption_value,
    ratio(value, redemptions)::decimal(38, 2) as average_redemption_value,
    ratio(points_outstanding, active_clients)::decimal(38, 2) as average_points_per_client,
    ratio(lifetime_issued, clients_ever_issued)::decimal(38, 2) as client_lifetime_value
from fct_website_totals
cross join dim_run
inner join window_points using (website_id)
inner join window_redemptions using (website_id, days);

create table payload_redemption_categories as
select
    frame.website_id, days, category_id, category_name as category, count(*) as redemptions,
    sum(points)::bigint as points,
    ratio(100 * count(*), sum(count(*)) over (partition by frame.website_id, days))
        ::decimal(38, 2) as percentage
from websites_and_windows as frame
inner join fct_redemption_requests as requests
    on frame.website_id = requests.website_id and is_redemption and date >= date_from
inner join dim_redemption_items using (item_id)
group by frame.website_id, days, category_id, category_name;

create table payload_redemption_patterns as
select
    frame.website_id, days, weekdays.weekday::integer as weekday, hours.hour::integer as hour,
    count(request_id) as redemptions
from websites_and_windows as frame
cross join range(1, 8) as weekdays (weekday)
cross join range(24) as hours (hour)
left join fct_redemption_requests as requests
    on frame.website_id = requests.website_id and is_redemption and date >= date_from
    and weekdays.weekday = requests.weekday and hours.hour = requests.hour
group by all;

create table payload_conversion as
with converted as (
    select
        frame.website_id, days, as_of, count(conversion_id) as conversions,
        count(distinct client_id) as clients, coalesce(sum(points), 0) as points,
        coalesce(sum(amount), 0) as amount
    from websites_and_windows as frame
    left join fct_wallet_conversions as conversions
        on frame.website_id = conversions.website_id and date >= date_from
    group by all
)

select
    website_id, days, as_of, conversions, clients, points::bigint as points_converted,
    amount::decimal(38, 2) as amount_converted,
    ratio(100 * points, issued)::decimal(38, 2) as conversion_rate,
    ratio(100 * amount, 100 * points, decimals := 4)::decimal(38, 4) as amount_per_point
from converted
inner join window_points using (website_id, days);

-- Who the clients are

create temp table segments as
select *
from (values
    ('champions', 1), ('loyal', 2), ('potential_loyalist', 3), ('new', 4), ('promising', 5),
    ('need_attention', 6), ('about_to_sleep', 7), ('cant_lose', 8), ('at_risk', 9),
    ('hibernating', 10)
) as segments (segment, position);

create table payload_segments as
with now as (
    select
        website_id, segment, count(*) as clients, sum(balance) as balance,
        sum(lifetime_issued) as issued, sum(redemptions) as redemptions
    from fct_client_segments
    where segment is not null
    group by website_id, segment
),

earlier as (
    select website_id, segment_before as segment, count(*) as clients
    from fct_client_segments
    group by website_id, segment_before
)

select
    website_id, segment,
    coalesce(now.clients, 0) as clients,
    ratio(
        100 * coalesce(now.clients, 0), sum(now.clients) over (partition by website_id)
    )::decimal(38, 2) as percentage,
    coalesce(balance, 0)::bigint as points_balance,
    coalesce(issued, 0)::bigint as points_issued,
    coalesce(redemptions, 0)::bigint as redemptions,
    coalesce(earlier.clients, 0) as clients_before
from dim_websites
cross join segments
left join now using (website_id, segment)
left join earlier using (website_id, segment);

create temp table lifecycle_moves as
select website_id, lifecycle_before, lifecycle, count(*) as clients, sum(balance) as balance
from fct_client_segments
group by website_id, lifecycle_before, lifecycle;

create table payload_lifecycle as
with now as (
    select website_id, lifecycle as state, sum(clients) as clients, sum(balance) as balance
    from lifecycle_moves
    group by website_id, lifecycle
),

earlier as (
    select website_id, lifecycle_before as state, sum(clients) as clients
    from lifecycle_moves
    group by website_id, lifecycle_before
)

select
    website_id, state,
    coalesce(now.clients, 0)::bigint as clients,
    ratio(
        100 * coalesce(now.clients, 0), sum(now.clients) over (partition by website_id)
    )::decimal(38, 2) as percentage,
    coalesce(balance, 0)::bigint as points_balance,
    coalesce(earlier.clients, 0)::bigint as clients_before
from dim_websites
cross join unnest(['new', 'active', 'at_risk', 'lapsed', 'never_active']) as states (state)
left join now using (website_id, state)
left join earlier using (website_id, state);

create table payload_lifecycle_moves as
select website_id, lifecycle_before as from_state, lifecycle as to_state, clients
from lifecycle_moves;

create table payload_tier_migration as
select
    migrations.website_id, month, from_tier_id, left_tiers.tier_name as from_tier, to_tier_id,
    entered_tiers.tier_name as to_tier, clients
from fct_tier_migrations as migrations
left join dim_tiers as left_tiers on from_tier_id = left_tiers.tier_id
left join dim_tiers as entered_tiers on to_tier_id = entered_tiers.tier_id
where month > last_month() - interval 12 month;

create table payload_cohorts as
select
    * exclude (points_issued, points_redeemed),
    ratio(100 * active_clients, clients)::decimal(38, 2) as retention_rate
from fct_cohorts_monthly
where cohort > last_month() - interval 24 month;

create table payload_first_redemption as
with clients as (
    select
        website_id, sum(clients)::bigint as clients,
        sum(first_redemptions)::bigint as redeemed, max(day) as longest
    from first_redemption_days
    group by website_id
),

shares as (
    select
        website_id, min(day) filter (redeemed_share >= 0.5) as median_days,
        100 * coalesce(max(redeemed_share) filter (day <= 30), 0) as after_30,
        100 * coalesce(max(redeemed_share) filter (day <= 90), 0) as after_90,
        100 * coalesce(max(redeemed_share) filter (day <= 365), 0) as after_365
    from fct_first_redemption_curve
    group by website_id
)

select
    website_id, clients, redeemed, median_days,
    if(longest >= 30, after_30, null)::decimal(38, 2) as after_30_days,
    if(longest >= 90, after_90, null)::decimal(38, 2) as after_90_days,
    if(longest >= 365, after_365, null)::decimal(38, 2) as after_365_days
from clients
inner join shares using (website_id);

-- What the points cost

create table payload_roll_forward as
from fct_points_monthly where month > month_of(as_of()) - interval 24 month;

create table payload_aging as from fct_points_aging;

create table payload_redemption_curve as
select
    website_id, age_months, points_at_risk, redeemed, deducted,
    (100 * redeemed_share)::decimal(38, 2) as redeemed_rate
from fct_redemption_curve;

create table payload_liability as select * from fct_liability, dim_run;

create table payload_liability_backtest as from fct_liability_backtest;

create table payload_programme_value as
with ordered as (
    select
        website_id, days, sum(orders) as orders, sum(revenue) as revenue, sum(margin) as margin,
        sum(orders_without_margin) as orders_without_margin
    from websites_and_windows
    inner join fct_orders_daily using (website_id)
    where date >= date_from
    group by website_id, days
),

redeemers as (
    select website_id, days, sum(revenue) as revenue_of_redeemers
    from websites_and_windows
    inner join fct_redeemer_revenue_daily using (website_id)
    where date >= date_from
    group by website_id, days
),

ended as (
    select
        website_id, days, sum(cost) as campaign_cost,
        count(*) filter (design = 'experiment' and status = 'ok') as experiments,
        count(incremental_margin) as measured, sum(incremental_margin) as gained
    from websites_and_windows as frame
    inner join fct_campaigns using (website_id)
    where date_to between frame.date_from and as_of
    group by website_id, days
),

curves as (
    select website_id, max(redeemed_share) as redeemed_share
    from fct_redemption_curve
    group by website_id
),

-- In millionths of millionths of millionths.
valued as (
    select
        points.*, as_of, orders, revenue, coalesce(revenue_of_redeemers, 0) as of_redeemers,
        coalesce(campaign_cost, 0) as campaign_cost,
        (1000000 * point_value)::hugeint as value,
        (1000000000000 * redeemed_share)::hugeint * issued::hugeint * value as accrued,
        accrued + (100 * coalesce(campaign_cost, 0))::hugeint * 10000000000000000 as cost,
        if(orders_without_margin = 0, (100 * margin)::hugeint * 10000000000000000, null) as margin,
        if(
            measured = experiments and measured > 0, (1000000000000 * gained)::hugeint * 1000000, null
        ) as gained
    from window_points as points
    inner join websites_and_windows using (website_id, days)
    inner join fct_liability using (website_id)
    inner join curves using (website_id)
    left join ordered using (website_id, days)
    left join redeemers using (website_id, days)
    left join ended using (website_id, days)
)

select
    website_id, as_of, days,
    coalesce(orders, 0)::bigint as orders,
    coalesce(revenue, 0)::decimal(38, 2) as revenue,
    of_redeemers::decimal(38, 2) as revenue_of_redeemers,
    ratio(redeemed::hugeint * value, 1000000)::decimal(38, 2) as points_redeemed_cost,
    ratio(accrued, 1000000000000000000)::decimal(38, 2) as points_accrued_cost,
    campaign_cost::decimal(38, 2) as campaign_cost,
    ratio(cost, 1000000000000000000)::decimal(38, 2) as cost,
    if(
        revenue > 0, ratio(cost, (100 * revenue)::hugeint * 100000000000000)::decimal(38, 2), null
    ) as cost_rate,
    if(margin > 0, ratio(cost, margin // 100)::decimal(38, 2), null) as break_even_uplift,
    if(cost > 0 and gained is not null, ratio(gained - cost, cost)::decimal(38, 2), null) as roi,
    case
        when margin is null and orders > 0 then 'no_margin'
        when gained is null then 'no_experiment'
        else 'ok'
    end as status
from valued;

-- What campaigns brought

create table payload_campaigns as
with nested as (
    select
        campaign_id,
        list(
            {
                'metric': metric, 'treatment_mean': treatment_mean,
                'comparison_mean': comparison_mean, 'treatment_mean_before': treatment_mean_before,
                'comparison_mean_before': comparison_mean_before, 'effect': effect,
                'effect_low': effect_low, 'effect_high': effect_high,
                'adjusted_effect': adjusted_effect, 'adjusted_low': adjusted_low,
                'adjusted_high': adjusted_high, 'relative_effect': relative_effect,
                'incremental_total': incremental_total
            } order by place
        ) as metrics
    from fct_campaign_metrics
    group by campaign_id
)

select
    website_id, campaign_id as id, campaign_name as name, date_from, date_to, design,
    design = 'experiment' as is_causal, status, treatment_clients, comparison_clients,
    members_elsewhere, sample_ratio_chi2, cost, return_on_cost, revenue_per_cost, metrics
from fct_campaigns
inner join nested using (campaign_id);

-- What is asked daily

create table payload_item_performance as
select
    website_id, item_id as id, item_name as name, category_name as category,
    columns(* exclude (website_id, item_id, item_name, category_name))
from fct_item_performance;

create macro hours(microseconds) as
    if(microseconds is null, null, ratio(2 * microseconds, 7200000000))::decimal(38, 2);

create table payload_request_funnel as
with waits as (
    select
        *, epoch_us(approved_at) - epoch_us(requested_at) as to_approval,
        epoch_us(fulfilled_at) - epoch_us(requested_at) as to_fulfilment,
        epoch_us(rejected_at) - epoch_us(requested_at) as to_rejection
    from fct_redemption_requests
    where date > as_of() - 365
)

select
    frame.website_id, as_of, days, count(request_id) as requests,
    count(*) filter (status = 'pending') as pending,
    count(*) filter (status = 'approved') as approved,
    count(*) filter (status = 'fulfilled') as fulfilled,
    count(*) filter (status = 'rejected') as rejected,
    count(*) filter (status = 'cancelled') as cancelled,
    ratio(100 * rejected, fulfilled + rejected)::decimal(38, 2) as rejection_rate,
    hours(median(to_approval) filter (to_approval >= 0)) as median_hours_to_approval,
    hours(median(to_fulfilment) filter (to_fulfilment >= 0)) as median_hours_to_fulfilment,
    hours(median(to_rejection) filter (to_rejection >= 0)) as median_hours_to_rejection
from websites_and_windows as frame
left join waits on frame.website_id = waits.website_id and date >= date_from
group by frame.website_id, as_of, days;

create table payload_issue_sources as
select
    website_id, days, reason, sum(points)::bigint as points,
    sum(transactions)::bigint as transactions
from websites_and_windows
inner join fct_issue_sources_daily using (website_id)
where date >= date_from
group by website_id, days, reason
qualify row_number() over (
    partition by website_id, days order by sum(points) desc, reason nulls first
) <= 50;

-- Figures of a span that ended some days ago: both of a window and of the one before it.
create temp table spans as
select
    website_id, days, is_before, as_of() - is_before::integer * days as last, last - days + 1 as first
from websites_and_windows, (values (false), (true)) as spans (is_before);

create temp table span_sums as
with ledger as (
    select
        website_id, days, is_before, sum(issued) as issued, sum(redeemed) as redeemed,
        sum(outstanding) filter (date = last) as outstanding
    from spans
    left join fct_points_daily using (website_id)
    where date between first and last
    group by all
),

spent as (
    select
        website_id, days, is_before, sum(redemptions) as redemptions, sum(points) as value
    from spans
    inner join fct_redemptions_daily using (website_id)
    where date between first and last
    group by all
),

converted as (
    select website_id, days, is_before, sum(points) as converted
    from spans
    inner join fct_wallet_conversions using (website_id)
    where date between first and last
    group by all
),

transacting as (
    select website_id, days, is_before, count(distinct client_id) as transacting
    from spans
    inner join fct_client_days using (website_id)
    where date between first and last
    group by all
),

members as (
    select
        website_id, days, is_before, count(*) filter (member_since_date <= last) as members,
        count(*) filter (member_since_date between first and last) as joined
    from spans
    inner join dim_clients using (website_id)
    group by all
)

select
    spans.*, first >= first_date as is_known, coalesce(outstanding, 0) as outstanding,
    coalesce(issued, 0) as issued, coalesce(redeemed, 0) as redeemed,
    coalesce(redemptions, 0) as redemptions, coalesce(value, 0) as value,
    coalesce(converted, 0) as converted, coalesce(transacting, 0) as transacting,
    coalesce(members, 0) as members, coalesce(joined, 0) as joined,
    coalesce(engagement.active_clients, 0) as active
from spans
left join first_events using (website_id)
left join ledger using (website_id, days, is_before)
left join spent using (website_id, days, is_before)
left join converted using (website_id, days, is_before)
left join transacting using (website_id, days, is_before)
left join members using (website_id, days, is_before)
left join fct_engagement_daily as engagement
    on spans.website_id = engagement.website_id and last = engagement.date;

create macro change_of(value, before) as
    if(before = 0, null, ratio(10000 * (value - before), 100 * abs(before)))::decimal(38, 2);

create table payload_comparison as
with figures as (
    unpivot (
        select
            website_id, days, is_before, is_known,
            outstanding::decimal(38, 2) as points_outstanding,
            issued::decimal(38, 2) as points_issued,
            redeemed::decimal(38, 2) as points_redeemed,
            redemptions::decimal(38, 2) as redemptions,
            value::decimal(38, 2) as redemption_points,
            ratio(value, redemptions)::decimal(38, 2) as average_redemption_value,
            active::decimal(38, 2) as active_clients,
            ratio(outstanding, active)::decimal(38, 2) as points_per_active_client,
            transacting::decimal(38, 2) as clients_with_transactions,
            ratio(100 * transacting, members)::decimal(38, 2) as engagement_rate,
            joined::decimal(38, 2) as new_clients,
            converted::decimal(38, 2) as points_converted
        from span_sums
    ) on columns(* exclude (website_id, days, is_before, is_known))
    into name figure value figure_value
)

select
    now.website_id, now.days, now.figure, now.figure_value as value,
    if(before.is_known, before.figure_value, null) as value_before,
    value - value_before as change, change_of(value, value_before) as change_percentage,
    if(before.is_known, 'ok', 'before_first_event') as status
from figures as now
inner join figures as before using (website_id, days, figure)
where not now.is_before and before.is_before;
