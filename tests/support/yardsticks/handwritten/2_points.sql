-- Points by client, date and month.

create table fct_client_days as
with daily as (
    select
        website_id, client_id, date,
        sum(if(transaction_type = 'add', points, 0))::bigint as issued,
        sum(
            if(transaction_type = 'add' and redemption_request_id is not null, points, 0)
        )::bigint as refunded,
        -sum(if(transaction_type = 'redeem', points, 0))::bigint as redeemed,
        sum(points)::bigint as net,
        count(*) as transactions
    from intermediate.ledger
    where quarantine_reason is null
    group by website_id, client_id, date
)

select
    website_id, client_id, date, lag(date) over client as previous_date, issued, refunded, redeemed,
    issued - redeemed - net as deducted, net,
    (sum(net) over client)::bigint as balance,
    (sum(issued) over client)::bigint as lifetime_issued,
    transactions
from daily
window client as (partition by client_id order by date rows unbounded preceding);

create table fct_client_returns_daily as
select website_id, date, previous_date, count(*) as clients
from fct_client_days
group by website_id, date, previous_date;

-- On an axis of the points ever issued to a client, `lifetime_issued` is where the month's issue
-- ends, and `lifetime_taken` where its takings end: both run on already.
create temp table client_months as
select
    website_id, client_id, month_of(date) as month,
    sum(issued)::bigint as issued, sum(redeemed)::bigint as redeemed,
    sum(deducted)::bigint as deducted,
    max(lifetime_issued) as lifetime_issued, max(lifetime_issued - balance) as lifetime_taken,
    bool_or(issued > refunded or redeemed > 0) as has_activity
from fct_client_days
group by website_id, client_id, month_of(date);

create table fct_points_daily as
with daily as (
    select
        website_id, date, sum(issued) as issued, sum(refunded) as refunded,
        sum(redeemed) as redeemed, sum(deducted) as deducted, sum(net) as net,
        sum(transactions) as transactions, count(*) as clients
    from fct_client_days
    group by website_id, date
)

select
    website_id, date,
    coalesce(issued, 0)::bigint as issued,
    coalesce(refunded, 0)::bigint as refunded,
    coalesce(redeemed, 0)::bigint as redeemed,
    coalesce(deducted, 0)::bigint as deducted,
    coalesce(net, 0)::bigint as net,
    (sum(coalesce(net, 0)) over (partition by website_id order by date))::bigint as outstanding,
    coalesce(transactions, 0)::bigint as transactions,
    coalesce(clients, 0) as clients
from first_events
inner join dates on first_date <= date
left join daily using (website_id, date);

create table fct_points_monthly as
select
    website_id, month_of(date) as month,
    min_by(outstanding - net, date) as opening,
    sum(issued)::bigint as issued, sum(refunded)::bigint as refunded,
    sum(redeemed)::bigint as redeemed, sum(deducted)::bigint as deducted,
    max_by(outstanding, date) as closing,
    month_of(date) <= last_month() as is_complete
from fct_points_daily
group by website_id, month_of(date);

create table fct_issue_sources_daily as
select
    website_id, date, reason, sum(points)::bigint as points, count(*) as transactions
from intermediate.ledger
where quarantine_reason is null and transaction_type = 'add'
group by website_id, date, reason;
