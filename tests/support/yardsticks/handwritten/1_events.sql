-- The same marts and payloads in a few scripts, as one would write them for this data and this
-- engine: no framework, no tests, no memory of the last run. Reads Parquet from the variable
-- `source`. This one validates events and dates each on its website's clock.

set timezone = 'UTC';

create macro source(entity) as table
    from read_parquet(getvariable('source') || '/' || entity || '.parquet');

-- Of whole numbers, exact, rounded once, half away from zero; 0 without a denominator.
create macro ratio(numerator, denominator, decimals := 2) as case
    when coalesce(denominator, 0) = 0 then 0
    else sign(numerator) * (
        (
            2 * (10 ** decimals)::hugeint * abs(numerator)::hugeint + denominator::hugeint
        ) // (2 * denominator::hugeint)
    ) / 10 ** decimals
end;

create macro month_of(date) as date - (day(date) - 1)::integer;

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
    items.name as item_name, points_required, is_active
from source('redemption_items') as items
inner join source('redemption_categories') as categories on category_id = categories.id
    and items.website_id = categories.website_id;

-- UTC offsets change at full UTC hours in these zones; looking them up beats asking for each row.
create temp table utc_offsets as
select
    website_id,
    epoch_us(hour) // 3600000000 as hour,
    epoch_us(timezone(timezone, hour)) - epoch_us(hour) as microseconds
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

-- Events

create schema intermediate;

create type transaction_type as enum ('add', 'redeem', 'deduct');

-- One ledger with its few invalid rows, so that it is written once.
create table intermediate.ledger as
with repeated as (
    select id from source('loyalty_transactions') group by id having count(*) > 1
),

superseded as (
    select id, timestamp, points
    from source('loyalty_transactions')
    semi join repeated using (id)
    qualify row_number() over (partition by id order by timestamp desc, points desc) > 1
),

typed as (
    select
        * replace (try_cast(transaction_type as transaction_type) as transaction_type)
    from source('loyalty_transactions')
)

select
    transactions.id as transaction_id,
    transactions.website_id,
    transactions.client_id,
    (make_timestamp(epoch_us(transactions.timestamp) + microseconds))::date as date,
    transactions.timestamp as occurred_at,
    transactions.transaction_type,
    transactions.points,
    transactions.reason,
    transactions.redemption_request_id,
    case
        when transactions.points is null or not transactions.timestamp < timestamptz '2200-01-01'
            or transactions.timestamp is null then 'invalid_value'
        when superseded.id is not null then 'duplicate_id'
        when transactions.website_id not between 1 and 4 then 'unknown_website'
        when clients.client_id is null then 'unknown_client'
        when clients.website_id != transactions.website_id then 'website_mismatch'
        when transactions.transaction_type is null then 'unknown_type'
        when (transactions.transaction_type = 'add') != (transactions.points >= 0)
            then 'sign_mismatch'
    end as quarantine_reason
from typed as transactions
left join superseded
    on transactions.id = superseded.id and transactions.points = superseded.points
    and transactions.timestamp = superseded.timestamp
left join clients on transactions.client_id = clients.client_id
left join utc_offsets on transactions.website_id = utc_offsets.website_id
    and epoch_us(transactions.timestamp) // 3600000000 = hour;

create view fct_loyalty_transactions as
select
    transaction_id, website_id, client_id, date, occurred_at,
    transaction_type::varchar as transaction_type, points, reason, redemption_request_id
from intermediate.ledger
where quarantine_reason is null;

create temp table validated_requests as
select
    requests.*, (make_timestamp(epoch_us(requested_at) + microseconds)) as local_time,
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
    and epoch_us(requested_at) // 3600000000 = hour;

create table intermediate.orders as
select
    orders.id as order_id, orders.website_id, orders.client_id,
    (make_timestamp(epoch_us(ordered_at) + microseconds))::date as date, ordered_at, amount, margin,
    case
        when amount is null then 'invalid_value'
        when clients.client_id is null then 'unknown_client'
        when clients.website_id != orders.website_id then 'website_mismatch'
    end as quarantine_reason
from source('orders') as orders
left join clients using (client_id)
inner join utc_offsets on orders.website_id = utc_offsets.website_id
    and epoch_us(ordered_at) // 3600000000 = hour;

create view fct_orders as
select * exclude (quarantine_reason) from intermediate.orders where quarantine_reason is null;

create table quarantined_rows as
select 'loyalty_transactions' as entity, quarantine_reason as reason, transaction_id as row_id
from intermediate.ledger where quarantine_reason is not null
union all
select 'redemption_requests', reason, id from validated_requests where reason is not null
union all
select 'orders', quarantine_reason, order_id
from intermediate.orders where quarantine_reason is not null
union all
select 'campaign_members', 'unknown_arm', null
from source('campaign_members') where arm not in ('treatment', 'control');

create table fct_redemption_requests as
select
    id as request_id, website_id, client_id, item_id, status,
    status = 'fulfilled' as is_redemption, requested_at, approved_at, fulfilled_at, rejected_at,
    local_time::date as date, isodow(local_time)::integer as weekday,
    hour(local_time)::integer as hour, points_used as points
from validated_requests
where reason is null;

create table fct_wallet_conversions as
select
    id as conversion_id, website_id, client_id, converted_at,
    (make_timestamp(epoch_us(converted_at) + microseconds))::date as date, points, amount
from source('wallet_conversions')
inner join utc_offsets using (website_id)
where epoch_us(converted_at) // 3600000000 = hour;

-- The calendar

create temp table first_events as
select website_id, min(date) as first_date, max(date) as last_date
from (
    select website_id, date from intermediate.ledger where quarantine_reason is null
    union all select website_id, date from fct_redemption_requests
    union all select website_id, date from fct_wallet_conversions
)
group by website_id;

create table dim_run as select max(last_date) as as_of from first_events;

set variable as_of = (select as_of from dim_run);

create macro as_of() as getvariable('as_of');

create temp table dates as
select date::date as date, (as_of() - date::date + 1)::integer as window_days
from generate_series(as_of() - 3659, as_of(), interval 1 day) as days (date);

create temp table months as
select
    website_id,
    unnest(generate_series(month_of(first_date), as_of(), interval 1 month))::date as month,
    last_day(month) <= as_of() as is_complete
from first_events;

set variable last_month = (select max(month) from months where is_complete);

create macro last_month() as getvariable('last_month');
