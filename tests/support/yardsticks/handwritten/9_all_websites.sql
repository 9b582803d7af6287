-- All websites together: counts and points added up, rates from the sums.

create table payload_all_points_trend as
select
    days, date, sum(issued)::bigint as issued, sum(redeemed)::bigint as redeemed,
    sum(balance)::bigint as balance
from payload_points_trend
group by days, date;

create table payload_all_redemption_trend as
select
    days, date, sum(redemptions)::bigint as redemptions, sum(points)::bigint as points,
    sum(clients)::bigint as clients
from payload_redemption_trend
group by days, date;

create table payload_all_points_balance as
select
    as_of, sum(total_points_balance)::bigint as total_points_balance,
    sum(active_clients)::bigint as active_clients,
    ratio(sum(total_points_balance), sum(active_clients))::decimal(38, 2)
        as average_points_per_client
from payload_points_balance
group by as_of;

create table payload_all_engagement_stats as
select
    days, sum(total_clients)::bigint as total_clients,
    sum(active_clients)::bigint as active_clients,
    sum(clients_with_redemptions)::bigint as clients_with_redemptions,
    sum(clients_with_transactions)::bigint as clients_with_transactions,
    ratio(100 * sum(clients_with_transactions), sum(total_clients))::decimal(38, 2)
        as engagement_rate,
    ratio(100 * sum(clients_with_redemptions), sum(active_clients))::decimal(38, 2)
        as redemption_rate
from payload_engagement_stats
group by days;

create table payload_all_overview as
select
    as_of, days,
    sum(total_active_clients)::bigint as total_active_clients,
    sum(total_points_issued)::bigint as total_points_issued,
    sum(total_points_redeemed)::bigint as total_points_redeemed,
    sum(total_points_balance)::bigint as total_points_balance,
    sum(total_redemptions)::bigint as total_redemptions,
    sum(total_redemption_value)::bigint as total_redemption_value,
    ratio(sum(total_redemption_value), sum(total_redemptions))::decimal(38, 2)
        as average_redemption_value,
    ratio(sum(total_points_balance), sum(total_active_clients))::decimal(38, 2)
        as average_points_per_client,
    ratio(sum(lifetime_issued), sum(clients_ever_issued))::decimal(38, 2)
        as client_lifetime_value
from payload_overview
inner join fct_website_totals using (website_id)
group by as_of, days;

create table payload_all_roll_forward as
select
    month, sum(opening)::bigint as opening, sum(issued)::bigint as issued,
    sum(refunded)::bigint as refunded, sum(redeemed)::bigint as redeemed,
    sum(deducted)::bigint as deducted, sum(closing)::bigint as closing, is_complete
from payload_roll_forward
group by month, is_complete;
