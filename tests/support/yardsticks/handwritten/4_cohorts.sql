-- Clients by when they became members: cohorts, and the days to a first redemption.

create table fct_cohorts_monthly as
with members as (
    select client_id, website_id, month as cohort
    from dim_clients
    inner join months using (website_id)
    where month = month_of(member_since_date) and is_complete
),

cohorts as (
    select website_id, cohort, count(*) as clients from members group by website_id, cohort
),

activity as (
    select
        members.website_id, cohort, month, count(*) filter (has_activity) as active_clients,
        sum(issued) as issued, sum(redeemed) as redeemed
    from client_months
    inner join members using (client_id)
    group by members.website_id, cohort, month
),

redemptions as (
    select
        members.website_id, cohort, month_of(date) as month,
        count(distinct client_id) as redeeming_clients
    from fct_redemption_requests
    inner join members using (client_id)
    where is_redemption
    group by members.website_id, cohort, month_of(date)
)

select
    website_id, cohort, date_diff('month', cohort, month) as months_since, clients,
    coalesce(active_clients, 0) as active_clients,
    coalesce(redeeming_clients, 0) as redeeming_clients,
    coalesce(issued, 0)::bigint as points_issued,
    coalesce(redeemed, 0)::bigint as points_redeemed
from cohorts
inner join months using (website_id)
left join activity using (website_id, cohort, month)
left join redemptions using (website_id, cohort, month)
where month >= cohort and is_complete;

-- Kaplan-Meier; clients without a redemption leave it at as_of.
create temp table first_redemption_days as
select
    website_id,
    greatest(coalesce(first_redemption_date, as_of()) - member_since_date, 0) as day,
    count(*) as clients,
    count(first_redemption_date) as first_redemptions
from dim_clients
where is_member
group by all;

create table fct_first_redemption_curve as
with at_risk as (
    select
        website_id, day, first_redemptions,
        (sum(clients) over (partition by website_id order by day desc))::bigint as clients_at_risk
    from first_redemption_days
),

surviving as (
    select
        *,
        product(1 - first_redemptions / clients_at_risk) over (
            partition by website_id order by day
        ) as share
    from at_risk
    where first_redemptions > 0
)

select
    website_id, day, clients_at_risk, first_redemptions,
    (1 - share)::decimal(38, 6) as redeemed_share
from surviving;
