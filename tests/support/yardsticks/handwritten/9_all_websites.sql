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

create table payload_all_comparison as
with sums as (
    select
        days, is_before, bool_or(is_known) as is_known, sum(outstanding) as outstanding,
        sum(issued) as issued, sum(redeemed) as redeemed, sum(redemptions) as redemptions,
        sum(value) as value, sum(active) as active, sum(transacting) as transacting,
        sum(members) as members, sum(joined) as joined, sum(converted) as converted
    from span_sums
    group by days, is_before
),

figures as (
    unpivot (
        select
            days, is_before, is_known,
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
        from sums
    ) on columns(* exclude (days, is_before, is_known)) into name figure value figure_value
)

select
    now.days, now.figure, now.figure_value as value,
    if(before.is_known, before.figure_value, null) as value_before,
    value - value_before as change, change_of(value, value_before) as change_percentage,
    if(before.is_known, 'ok', 'before_first_event') as status
from figures as now
inner join figures as before using (days, figure)
where not now.is_before and before.is_before;
