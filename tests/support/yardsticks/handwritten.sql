-- The same marts and payloads in one script, as one would write them for this data and this engine:
-- no framework, no tests, no memory of the last run. Reads Parquet from the variable `source`.

set timezone = 'UTC';

create macro source(entity) as table
    from read_parquet(getvariable('source') || '/' || entity || '.parquet');

-- In exact decimals, rounded once, half away from zero; 0 without a denominator.
create macro ratio(numerator, denominator, decimals := 2) as case
    when coalesce(denominator, 0) = 0 then 0
    else sign(numerator) * (
        (2 * 10 ** decimals * abs(numerator) + denominator)::hugeint // (2 * denominator)::hugeint
    ) / 10 ** decimals
end;

create macro tier_of(thresholds, balance) as list_max(list_filter(thresholds, t -> balance >= t));

-- Dimensions

create table dim_websites as
select id as website_id, name as website_name, timezone from source('websites');

create table dim_tiers as
select
    id as tier_id, website_id, name as tier_name, threshold,
    lead(threshold) over (partition by website_id order by threshold) as next_threshold
from source('loyalty_tiers');

create table dim_redemption_items as
select
    items.id as item_id, items.website_id, category_id, categories.name as category_name,
    items.name as item_name, points_required
from source('redemption_items') as items
inner join source('redemption_categories') as categories on category_id = categories.id
    and items.website_id = categories.website_id;

-- UTC offsets change at full UTC hours in these zones; looking them up beats a calendar for each row.
create temp table utc_offsets as
select
    website_id,
    epoch(hour)::bigint // 3600 as hour,
    epoch(timezone(timezone, hour))::bigint - epoch(hour)::bigint as seconds
from dim_websites
cross join generate_series(
    timestamptz '2022-12-31', timestamptz '2025-01-03', interval 1 hour
) as hours (hour);

create temp table clients as
select
    id as client_id, website_id, loyalty_points,
    timezone(timezone, date_joined)::date as joined_date
from source('clients')
inner join dim_websites using (website_id);

-- Events, each with its website's local time, validated

create temp table validated_transactions as
with repeated as (
    select id from source('loyalty_transactions') group by id having count(*) > 1
),

superseded as (
    select id, timestamp, points
    from source('loyalty_transactions')
    semi join repeated using (id)
    qualify row_number() over (partition by id order by timestamp desc, points desc) > 1
)

select
    transactions.id,
    transactions.website_id,
    transactions.client_id,
    transactions.points,
    transactions.transaction_type,
    (make_timestamp(epoch_us(transactions.timestamp) + seconds * 1000000))::date as date,
    case
        when transactions.points is null or not transactions.timestamp < timestamptz '2200-01-01'
            or transactions.timestamp is null then 'invalid_value'
        when superseded.id is not null then 'duplicate_id'
        when transactions.website_id not between 1 and 4 then 'unknown_website'
        when clients.client_id is null then 'unknown_client'
        when clients.website_id != transactions.website_id then 'website_mismatch'
        when transaction_type not in ('add', 'redeem', 'deduct') then 'unknown_type'
        when (transaction_type = 'add') != (transactions.points >= 0) then 'sign_mismatch'
    end as reason
from source('loyalty_transactions') as transactions
left join superseded
    on transactions.id = superseded.id and transactions.points = superseded.points
    and transactions.timestamp = superseded.timestamp
left join clients on transactions.client_id = clients.client_id
left join utc_offsets on transactions.website_id = utc_offsets.website_id
    and epoch(transactions.timestamp)::bigint // 3600 = hour;

create temp table validated_requests as
select
    requests.*, (make_timestamp(epoch_us(requested_at) + seconds * 1000000)) as local_time,
    case
        when points_used < 0 then 'invalid_value'
        when items.item_id is null then 'unknown_item'
        when status not in ('pending', 'approved', 'fulfilled', 'rejected', 'cancelled')
            then 'unknown_status'
    end as reason
from source('redemption_requests') as requests
left join dim_redemption_items as items
    on requests.item_id = items.item_id and requests.website_id = items.website_id
left join utc_offsets on requests.website_id = utc_offsets.website_id
    and epoch(requested_at)::bigint // 3600 = hour;

create table quarantined_rows as
select 'loyalty_transactions' as entity, reason, id as row_id
from validated_transactions where reason is not null
union all
select 'redemption_requests', reason, id from validated_requests where reason is not null;

create table fct_redemption_requests as
select
    id as request_id, website_id, client_id, item_id, status,
    status = 'fulfilled' as is_redemption, requested_at,
    local_time::date as date, isodow(local_time)::integer as weekday,
    hour(local_time)::integer as hour, points_used as points
from validated_requests
where reason is null;

create table fct_wallet_conversions as
select
    id as conversion_id, website_id, client_id, converted_at,
    (make_timestamp(epoch_us(converted_at) + seconds * 1000000))::date as date, points, amount
from source('wallet_conversions')
inner join utc_offsets using (website_id)
where epoch(converted_at)::bigint // 3600 = hour;

create table dim_run as
select max(date) as as_of
from (
    select max(date) as date from validated_transactions where reason is null
    union all select max(date) from fct_redemption_requests
    union all select max(date) from fct_wallet_conversions
);

create temp table dates as
select
    date::date as date, (as_of - date::date + 1)::integer as window_days
from dim_run, generate_series(as_of - 3659, as_of, interval 1 day) as days (date);

create temp table first_events as
select website_id, min(date) as first_date
from (
    select website_id, date from validated_transactions where reason is null
    union all select website_id, date from fct_redemption_requests
    union all select website_id, date from fct_wallet_conversions
)
group by website_id;

-- Points

create table fct_client_days as
with daily as (
    select
        website_id, client_id, date,
        coalesce(sum(points) filter (transaction_type = 'add'), 0) as issued,
        -coalesce(sum(points) filter (transaction_type = 'redeem'), 0) as redeemed,
        -coalesce(sum(points) filter (transaction_type = 'deduct'), 0) as deducted,
        sum(points) as net,
        count(*) as transactions
    from validated_transactions
    where reason is null
    group by website_id, client_id, date
)

select
    website_id, client_id, date, issued::bigint as issued, redeemed::bigint as redeemed,
    deducted::bigint as deducted, net::bigint as net,
    (sum(net) over client)::bigint as balance,
    (sum(issued) over client)::bigint as lifetime_issued,
    transactions
from daily
window client as (partition by client_id order by date);

create table fct_points_daily as
with daily as (
    select
        website_id, date, sum(issued) as issued, sum(redeemed) as redeemed,
        sum(deducted) as deducted, sum(net) as net, sum(transactions) as transactions,
        count(*) as clients
    from fct_client_days
    group by website_id, date
)

select
    website_id, date,
    coalesce(issued, 0)::bigint as issued,
    coalesce(redeemed, 0)::bigint as redeemed,
    coalesce(deducted, 0)::bigint as deducted,
    coalesce(net, 0)::bigint as net,
    (sum(coalesce(net, 0)) over (partition by website_id order by date))::bigint as outstanding,
    coalesce(transactions, 0)::bigint as transactions,
    coalesce(clients, 0) as clients
from first_events
inner join dates on first_date <= date
left join daily using (website_id, date);

create table fct_redemptions_daily as
select
    website_id, date, count(*) as redemptions, sum(points)::bigint as points,
    count(distinct client_id) as clients
from fct_redemption_requests
where is_redemption
group by website_id, date;

-- Clients

create table dim_clients as
with ledger as (
    select
        client_id, min(date) as first_transaction_date, max(date) as last_transaction_date,
        sum(net) as balance, sum(issued) as lifetime_issued
    from fct_client_days
    group by client_id
),

redemptions as (
    select client_id, max(date) as last_redemption_date
    from fct_redemption_requests
    where is_redemption
    group by client_id
),

conversions as (
    select client_id, max(date) as last_conversion_date
    from fct_wallet_conversions
    group by client_id
)

select
    client_id, clients.website_id, joined_date,
    least(joined_date, first_transaction_date) as member_since_date,
    first_transaction_date, last_transaction_date, last_redemption_date, last_conversion_date,
    coalesce(balance, 0)::bigint as balance,
    coalesce(ledger.lifetime_issued, 0)::bigint as lifetime_issued,
    member_since_date <= as_of as is_member,
    coalesce(balance, 0) > 0 as is_active,
    tier_id
from clients
cross join dim_run
left join ledger using (client_id)
left join redemptions using (client_id)
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
    sum(balance)::bigint as points_outstanding, sum(lifetime_issued)::bigint as lifetime_issued
from dim_clients
group by website_id;

-- Tiers and activity from the days on which a client moves

create temp table tier_moves as
with thresholds as (
    select website_id, list(threshold) as thresholds from dim_tiers group by website_id
),

levels as (
    select
        website_id, date,
        if(balance - net > 0, tier_of(thresholds, balance - net), null) as before,
        if(balance > 0, tier_of(thresholds, balance), null) as after
    from fct_client_days
    inner join thresholds using (website_id)
),

moves as (
    select website_id, date, before as threshold, -1 as change
    from levels where before is distinct from after and before is not null
    union all
    select website_id, date, after, 1
    from levels where before is distinct from after and after is not null
)

select website_id, date, threshold, sum(change) as change
from moves
group by website_id, date, threshold;

create table fct_tier_distribution_daily as
select
    tiers.website_id, dates.date, tier_id,
    (sum(coalesce(change, 0)) over (partition by tier_id order by dates.date))::bigint
        as active_clients
from dim_tiers as tiers
inner join first_events using (website_id)
inner join dates on first_date <= dates.date
left join tier_moves on tiers.website_id = tier_moves.website_id
    and dates.date = tier_moves.date and tiers.threshold = tier_moves.threshold;

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

-- Stored records: every month and ISO week

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
    where date_to <= (select as_of from dim_run)
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

-- Payloads, for the windows that are exported

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
