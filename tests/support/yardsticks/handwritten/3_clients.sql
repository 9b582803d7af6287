-- Clients: what they have, when they joined, what they did lately, how they move between tiers.

create table fct_redemptions_daily as
select
    website_id, date, count(*) as redemptions, sum(points)::bigint as points,
    count(distinct client_id) as clients
from fct_redemption_requests
where is_redemption
group by website_id, date;

create temp table client_redemptions as
select
    client_id, min(date) as first_redemption_date, max(date) as last_redemption_date,
    count(*) filter (date > as_of() - 365) as redemptions_of_year
from fct_redemption_requests
where is_redemption
group by client_id;

-- All that is asked of a client's days, in one scan of them.
create temp table client_histories as
with days as (
    select
        *,
        if(issued > refunded or redeemed > 0, date, null) as active_date,
        if(date <= as_of() - 30, active_date, null) as active_date_before
    from fct_client_days
)

select
    website_id, client_id,
    min(date) as first_transaction_date,
    max(date) as last_transaction_date,
    sum(net)::bigint as balance,
    sum(issued)::bigint as lifetime_issued,
    min(active_date) as first_active_date,
    min(if(issued > 0, date, null)) as first_issued_date,
    max(active_date) as last_active_date,
    count(active_date) as active_dates,
    count(*) filter (active_date > as_of() - 365) as frequency,
    coalesce(sum(issued - refunded) filter (date > as_of() - 365), 0)::bigint as monetary,
    max(active_date_before) as last_active_date_before,
    count(active_date_before) as active_dates_before,
    count(*) filter (active_date_before > as_of() - 395) as frequency_before,
    coalesce(
        sum(issued - refunded) filter (date between as_of() - 394 and as_of() - 30), 0
    )::bigint as monetary_before
from days
group by website_id, client_id;

create table dim_clients as
with conversions as (
    select client_id, max(date) as last_conversion_date
    from fct_wallet_conversions
    group by client_id
)

select
    client_id, clients.website_id, joined_date,
    least(joined_date, first_transaction_date) as member_since_date,
    first_transaction_date, last_transaction_date, first_redemption_date, last_redemption_date,
    last_conversion_date,
    coalesce(balance, 0) as balance,
    coalesce(histories.lifetime_issued, 0) as lifetime_issued,
    member_since_date <= as_of() as is_member,
    coalesce(balance, 0) > 0 as is_active,
    tier_id
from clients
left join client_histories as histories using (client_id)
left join client_redemptions using (client_id)
left join conversions using (client_id)
left join dim_tiers as tiers
    on clients.website_id = tiers.website_id and balance > 0 and balance >= threshold
    and balance < coalesce(next_threshold, 9223372036854775807);

create table fct_balance_drift as
select
    client_id, website_id, loyalty_points as cached_points, balance as ledger_balance,
    loyalty_points - greatest(balance, 0) as drift_points
from clients
inner join dim_clients using (client_id, website_id)
where loyalty_points != greatest(balance, 0);

create table fct_website_totals as
select
    website_id, count(*) as clients, count(*) filter (is_member) as total_clients,
    count(*) filter (is_active) as active_clients,
    count(*) filter (lifetime_issued > 0) as clients_ever_issued,
    sum(balance)::bigint as points_outstanding,
    -sum(least(balance, 0))::bigint as points_overdrawn,
    sum(lifetime_issued)::bigint as lifetime_issued
from dim_clients
group by website_id;

-- Segments and lifecycle, at as_of and 30 days before

create temp view client_figures as
select
    website_id, client_id,
    as_of() - last_active_date as recency,
    if(active_dates > 0, frequency, null) as frequency,
    if(active_dates > 0, monetary, null) as monetary,
    as_of() - 30 - last_active_date_before as recency_before,
    if(active_dates_before > 0, frequency_before, null) as frequency_before,
    if(active_dates_before > 0, monetary_before, null) as monetary_before
from client_histories;

create temp table score_thresholds as
with counted as (
    select
        website_id,
        case 0
            when grouping(recency) then 'recency'
            when grouping(frequency) then 'frequency'
            when grouping(monetary) then 'monetary'
            when grouping(recency_before) then 'recency_before'
            when grouping(frequency_before) then 'frequency_before'
            else 'monetary_before'
        end as figure,
        coalesce(
            recency, frequency, monetary, recency_before, frequency_before, monetary_before
        ) as value,
        count(*) as clients
    from client_figures
    group by grouping sets (
        (website_id, recency), (website_id, frequency), (website_id, monetary),
        (website_id, recency_before), (website_id, frequency_before),
        (website_id, monetary_before)
    )
),

ranked as (
    select
        *,
        sum(clients) over (partition by website_id, figure order by value) as clients_up_to,
        sum(clients) over (partition by website_id, figure) - 1 as highest
    from counted
    where value is not null
)

pivot (
    select
        website_id, figure,
        [
            min(value) filter (clients_up_to > highest // 5),
            min(value) filter (clients_up_to > highest * 2 // 5),
            min(value) filter (clients_up_to > highest * 3 // 5),
            min(value) filter (clients_up_to > highest * 4 // 5)
        ] as thresholds
    from ranked
    group by website_id, figure
)
on figure in (
    'recency', 'frequency', 'monetary', 'recency_before', 'frequency_before', 'monetary_before'
)
using any_value(thresholds)
group by website_id;

create macro thresholds_below(thresholds, value) as
    (thresholds[1] < value)::integer + (thresholds[2] < value)::integer
    + (thresholds[3] < value)::integer + (thresholds[4] < value)::integer;

create macro segment_of(r, f) as case
    when r = 5 and f >= 4 then 'champions'
    when r in (3, 4) and f >= 4 then 'loyal'
    when r >= 4 and f >= 2 then 'potential_loyalist'
    when r = 5 then 'new'
    when r = 4 then 'promising'
    when r = 3 and f = 3 then 'need_attention'
    when r = 3 then 'about_to_sleep'
    when f = 5 then 'cant_lose'
    when f >= 3 then 'at_risk'
    when f >= 1 then 'hibernating'
end;

-- By the client's own gap between activity dates; 45 days where there is but one.
create macro lifecycle_of(first_date, last_date, dates, day) as case
    when coalesce(dates, 0) = 0 then 'never_active'
    when first_date > day - 30 then 'new'
    when dates = 1 then
        case
            when day - last_date <= 90 then 'active'
            when day - last_date <= 180 then 'at_risk'
            else 'lapsed'
        end
    when (day - last_date) * (dates - 1)
        <= 2 * greatest(7 * (dates - 1), least(90 * (dates - 1), last_date - first_date))
        then 'active'
    when (day - last_date) * (dates - 1)
        <= 4 * greatest(7 * (dates - 1), least(90 * (dates - 1), last_date - first_date))
        then 'at_risk'
    else 'lapsed'
end;

create table fct_client_segments as
with scored as (
    select
        client_id,
        figures.recency as recency_days,
        figures.frequency,
        figures.monetary as monetary_points,
        5 - thresholds_below(thresholds.recency, figures.recency) as recency_score,
        1 + thresholds_below(thresholds.frequency, figures.frequency) as frequency_score,
        1 + thresholds_below(thresholds.monetary, figures.monetary) as monetary_score,
        segment_of(recency_score, frequency_score) as segment,
        segment_of(
            5 - thresholds_below(thresholds.recency_before, figures.recency_before),
            1 + thresholds_below(thresholds.frequency_before, figures.frequency_before)
        ) as segment_before
    from client_figures as figures
    inner join score_thresholds as thresholds using (website_id)
)

select
    clients.website_id, client_id, recency_days, scored.frequency, monetary_points,
    recency_score, frequency_score, monetary_score, segment,
    lifecycle_of(first_active_date, last_active_date, active_dates, as_of()) as lifecycle,
    segment_before,
    if(
        member_since_date > as_of() - 30,
        null,
        lifecycle_of(
            first_active_date, last_active_date_before, active_dates_before, as_of() - 30
        )
    ) as lifecycle_before,
    clients.balance, clients.lifetime_issued, coalesce(redemptions_of_year, 0) as redemptions,
    tier_id
from dim_clients as clients
left join client_histories using (client_id)
left join client_redemptions using (client_id)
left join scored using (client_id)
where is_member;

-- Tiers and activity from the days on which a client moves

create temp table tier_levels as
select
    website_id, tier_id, threshold,
    row_number() over (partition by website_id order by threshold) as level
from dim_tiers;

create temp table tier_thresholds as
select
    website_id,
    {
        lowest: any_value(threshold) filter (level = 1),
        second: any_value(threshold) filter (level = 2),
        third: any_value(threshold) filter (level = 3),
        highest: any_value(threshold) filter (level = 4)
    } as thresholds
from tier_levels
group by website_id;

-- 1 for the lowest tier, 0 for none; each website has four.
create macro level_of(thresholds, balance) as case
    when balance <= 0 or balance < thresholds['lowest'] then 0
    when balance < thresholds['second'] then 1
    when balance < thresholds['third'] then 2
    when balance < thresholds['highest'] then 3
    else 4
end;

create temp table tier_moves as
with moves as (
    select
        website_id, date,
        level_of(thresholds, balance - net) as before, level_of(thresholds, balance) as after
    from fct_client_days
    inner join tier_thresholds using (website_id)
    where before != after
),

counted as (
    select website_id, date, before, after, count(*) as clients
    from moves
    group by website_id, date, before, after
)

select website_id, date, level, sum(change) as change
from (
    select website_id, date, before as level, -clients as change from counted
    union all
    select website_id, date, after, clients from counted
)
where level > 0
group by website_id, date, level;

create table fct_tier_distribution_daily as
select
    tiers.website_id, dates.date, tier_id,
    (sum(coalesce(change, 0)) over (partition by tier_id order by dates.date))::bigint
        as active_clients
from tier_levels as tiers
inner join first_events using (website_id)
inner join dates on first_date <= dates.date
left join tier_moves using (website_id, date, level);

create table fct_client_starts_daily as
with starts as (
    select
        website_id, member_since_date as date, 1 as joined,
        (joined_date is null and member_since_date is not null)::integer as by_transaction, 0 as issued
    from dim_clients
    union all
    select website_id, first_issued_date, 0, 0, 1
    from client_histories
    where first_issued_date is not null
)

select
    website_id, date, sum(joined)::bigint as new_clients,
    sum(by_transaction)::bigint as new_clients_by_transaction,
    sum(issued)::bigint as first_issued_clients
from starts
group by website_id, date;

create table fct_engagement_daily as
with members as (
    select
        website_id, greatest(member_since_date, (select min(date) from dates)) as date,
        count(*) as joined
    from dim_clients
    group by all
),

activity as (
    select website_id, date, sum(change) as change from tier_moves group by website_id, date
),

counted as (
    select
        websites.website_id, dates.date,
        (sum(coalesce(joined, 0)) over website)::bigint as total_clients,
        (sum(coalesce(change, 0)) over website)::bigint as active_clients,
        coalesce(points.clients, 0) as clients_with_transactions,
        coalesce(redemptions.clients, 0) as clients_with_redemptions
    from dim_websites as websites
    cross join dates
    left join members using (website_id, date)
    left join activity using (website_id, date)
    left join fct_points_daily as points using (website_id, date)
    left join fct_redemptions_daily as redemptions using (website_id, date)
    window website as (partition by websites.website_id order by dates.date)
)

select
    *, ratio(100 * clients_with_transactions, total_clients)::decimal(38, 2) as engagement_rate
from counted;

-- Who moved by the clients' months; who stayed is the rest of the tier at the month's end.
create table fct_tier_migrations as
with levels as (
    select
        website_id, month, lifetime_issued - lifetime_taken as balance,
        level_of(thresholds, balance - issued + redeemed + deducted) as before,
        level_of(thresholds, balance) as after
    from client_months
    inner join tier_thresholds using (website_id)
    where before != after
),

moves as (
    select website_id, month, before, after, count(*) as clients
    from levels
    where month <= last_month()
    group by website_id, month, before, after
),

entered as (
    select website_id, month, after as level, sum(clients) as clients
    from moves
    group by website_id, month, after
),

stayed as (
    select
        website_id, month_of(date) as month, levels.level as before, levels.level as after,
        (active_clients - coalesce(entered.clients, 0))::bigint as clients
    from fct_tier_distribution_daily
    inner join tier_levels as levels using (website_id, tier_id)
    left join entered on website_id = entered.website_id
        and month_of(date) = entered.month and levels.level = entered.level
    where date = last_day(date)
)

select
    moves.website_id, month, left_tiers.tier_id as from_tier_id,
    entered_tiers.tier_id as to_tier_id, clients
from (from moves union all from stayed) as moves
left join tier_levels as left_tiers
    on moves.website_id = left_tiers.website_id and before = left_tiers.level
left join tier_levels as entered_tiers
    on moves.website_id = entered_tiers.website_id and after = entered_tiers.level
where clients > 0;
