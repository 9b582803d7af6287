-- What orders brought, and what campaigns did: sums of each client before and during them, from
-- which means, effects and their intervals come.

create table fct_orders_daily as
select
    website_id, date, count(*) as orders, sum(amount)::decimal(38, 2) as revenue,
    coalesce(sum(margin), 0)::decimal(38, 2) as margin,
    count(*) filter (margin is null) as orders_without_margin,
    coalesce(sum(amount) filter (margin is null), 0)::decimal(38, 2) as revenue_without_margin
from fct_orders
group by website_id, date;

create table fct_redeemer_revenue_daily as
select
    orders.website_id, least(date, last_redemption_date) as date,
    sum(amount)::decimal(38, 2) as revenue
from fct_orders as orders
inner join dim_clients using (client_id)
where last_redemption_date is not null
group by all;

-- Campaigns and who took part

create temp table valid_campaigns as
select
    id as campaign_id, website_id, name as campaign_name, cost, planned_treatment_share,
    timezone(timezone, starts_at)::date as date_from,
    greatest((timezone(timezone, ends_at) - interval 1 microsecond)::date, date_from) as date_to,
    date_from - (date_to - date_from + 1)::integer as before_from
from source('campaigns')
inner join dim_websites using (website_id);

-- Every delivered row, without an arm where it is not valid.
create temp table members as
select
    campaign_id, client_id,
    if(coalesce(arm, 'treatment') in ('treatment', 'control'), coalesce(arm, 'treatment'), null)
        as arm,
    coalesce(member_since_date < date_from, true) as is_compared
from source('campaign_members')
inner join valid_campaigns as campaigns using (campaign_id)
inner join dim_clients as clients using (client_id)
where campaigns.website_id = clients.website_id;

create temp table campaigns as
select *, exists (from members where campaign_id = this.campaign_id and arm = 'control')
    as is_experiment
from valid_campaigns as this;

create temp table campaign_dates as
select
    campaign_id, website_id, date, date >= date_from as is_during
from campaigns
inner join dates on date between before_from and date_to;

create temp table arm_sizes as
with joined as (
    select website_id, member_since_date, count(*) as clients
    from dim_clients
    group by website_id, member_since_date
),

taking_part as (
    select
        campaign_id,
        count(*) filter (arm = 'treatment') as treatment,
        count(*) filter (arm = 'control') as control,
        count(*) as delivered
    from members
    where is_compared
    group by campaign_id
)

select
    campaign_id,
    coalesce(any_value(treatment), 0)::bigint as treatment_clients,
    if(
        any_value(is_experiment),
        coalesce(any_value(control), 0),
        coalesce(sum(clients), 0) - coalesce(any_value(delivered), 0)
    )::bigint as comparison_clients
from campaigns
left join joined
    on campaigns.website_id = joined.website_id
    and coalesce(member_since_date < date_from, true)
left join taking_part using (campaign_id)
group by campaign_id;

-- Which side of the comparison a client is on; null for neither.
create macro side_of(is_experiment, is_delivered, arm) as
    if(is_delivered, arm, if(is_experiment, null, 'control'));

-- Of what was during and before a campaign: sums, and sums of products.
create macro moments(y, x) as {
    'y': sum(y)::hugeint, 'x': sum(x)::hugeint, 'yy': sum(y * y)::hugeint,
    'xx': sum(x * x)::hugeint, 'xy': sum(x * y)::hugeint
};

create temp table client_sums as
with points as (
    select
        campaign_id, client_id,
        coalesce(sum(issued - refunded) filter (is_during), 0)::bigint as issued,
        coalesce(sum(issued - refunded) filter (not is_during), 0)::bigint as issued_before,
        coalesce(sum(redeemed) filter (is_during), 0)::bigint as redeemed,
        coalesce(sum(redeemed) filter (not is_during), 0)::bigint as redeemed_before,
        count(*) filter (is_during and (issued > refunded or redeemed > 0)) as active,
        count(*) filter (not is_during and (issued > refunded or redeemed > 0)) as active_before
    from fct_client_days
    inner join campaign_dates using (website_id, date)
    group by campaign_id, client_id
)

select
    campaign_id, side_of(is_experiment, members.client_id is not null, arm) as side,
    moments(issued, issued_before) as points_issued,
    moments(redeemed, redeemed_before) as points_redeemed,
    moments(active, active_before) as active_days
from points
inner join campaigns using (campaign_id)
inner join dim_clients using (client_id)
left join members using (campaign_id, client_id)
where coalesce(member_since_date < date_from, true)
group by campaign_id, side;

create temp table redemption_sums as
with redemptions as (
    select
        campaign_id, client_id, count(*) filter (is_during) as redemptions,
        count(*) filter (not is_during) as redemptions_before
    from fct_redemption_requests
    inner join campaign_dates using (website_id, date)
    where is_redemption
    group by campaign_id, client_id
)

select
    campaign_id, side_of(is_experiment, members.client_id is not null, arm) as side,
    moments(redemptions, redemptions_before) as redemptions
from redemptions
inner join campaigns using (campaign_id)
inner join dim_clients using (client_id)
left join members using (campaign_id, client_id)
where coalesce(member_since_date < date_from, true)
group by campaign_id, side;

-- Money in hundredths.
create temp table order_sums as
with orders as (
    select
        campaign_id, client_id,
        coalesce(sum(100 * amount) filter (is_during), 0)::bigint as revenue,
        coalesce(sum(100 * amount) filter (not is_during), 0)::bigint as revenue_before,
        coalesce(sum(100 * margin) filter (is_during), 0)::bigint as margin,
        coalesce(sum(100 * margin) filter (not is_during), 0)::bigint as margin_before
    from fct_orders
    inner join campaign_dates using (website_id, date)
    group by campaign_id, client_id
)

select
    campaign_id, side_of(is_experiment, members.client_id is not null, arm) as side,
    moments(revenue, revenue_before) as revenue,
    moments(margin, margin_before) as margin
from orders
inner join campaigns using (campaign_id)
inner join dim_clients using (client_id)
left join members using (campaign_id, client_id)
where coalesce(member_since_date < date_from, true)
group by campaign_id, side;

-- From sums to effects

create temp table arm_moments as
select campaign_id, side, 'points_issued' as metric, 1 as unit, points_issued as sums
from client_sums
union all select campaign_id, side, 'points_redeemed', 1, points_redeemed from client_sums
union all select campaign_id, side, 'active_days', 1, active_days from client_sums
union all select campaign_id, side, 'redemptions', 1, redemptions from redemption_sums
union all select campaign_id, side, 'revenue', 100, revenue from order_sums
union all select campaign_id, side, 'margin', 100, margin from order_sums;

create temp table metrics as
select *
from (values
    ('points_issued', 1, 1), ('points_redeemed', 2, 1), ('redemptions', 3, 1),
    ('active_days', 4, 1), ('revenue', 5, 100), ('margin', 6, 100)
) as metrics (metric, place, unit);

-- Both arms side by side: t the treated, c those whom they are compared with.
create temp table compared as
with nothing as (
    select {
        'y': 0::hugeint, 'x': 0::hugeint, 'yy': 0::hugeint, 'xx': 0::hugeint, 'xy': 0::hugeint
    } as sums
),

unknown_margins as (
    select distinct campaign_id
    from campaign_dates
    inner join fct_orders_daily using (website_id, date)
    where orders_without_margin > 0
)

select
    website_id, campaign_id, metrics.metric, place, metrics.unit, is_experiment,
    treatment_clients as n_t, comparison_clients as n_c,
    coalesce(t.sums, nothing.sums) as t, coalesce(c.sums, nothing.sums) as c
from campaigns
inner join arm_sizes using (campaign_id)
cross join metrics
cross join nothing
left join arm_moments as t
    on campaigns.campaign_id = t.campaign_id and metrics.metric = t.metric and t.side = 'treatment'
left join arm_moments as c
    on campaigns.campaign_id = c.campaign_id and metrics.metric = c.metric and c.side = 'control'
where metrics.metric != 'margin' or campaign_id not in (from unknown_margins);

-- As doubles; null with fewer than two clients.
create macro covariance(n, sum_xy, sum_x, sum_y) as
    if(n < 2, null, (n * sum_xy - sum_x * sum_y)::double / (n::double * (n - 1)));

create macro signed_ratio(numerator, denominator) as
    if(denominator = 0, null, ratio(numerator * sign(denominator), abs(denominator), decimals := 4))
        ::decimal(38, 4);

-- With twelve decimals, of which a double can't hold all.
create macro long_ratio(numerator, denominator) as
    (
        sign(numerator) * (
            (2000000000000::hugeint * abs(numerator) + denominator) // (2 * denominator)
        )
    )::decimal(25, 0) * 0.000000000001::decimal(13, 12);

create macro rounded(value) as round(value, 4)::decimal(38, 4);

create table fct_campaigns as
with sized as (
    select
        *, (100 * planned_treatment_share)::integer as planned,
        coalesce(planned, 50) as share, treatment_clients + comparison_clients as clients,
        (100 * treatment_clients - clients * share)::hugeint ** 2 as squared,
        (clients * share * (100 - share))::hugeint as expected
    from campaigns
    inner join arm_sizes using (campaign_id)
),

elsewhere as (
    select members.campaign_id, count(distinct members.client_id) as members_elsewhere
    from members
    inner join campaigns using (campaign_id)
    inner join members as others
        on members.client_id = others.client_id and members.campaign_id != others.campaign_id
    inner join campaigns as other_campaigns
        on others.campaign_id = other_campaigns.campaign_id
        and other_campaigns.date_from <= campaigns.date_to
        and other_campaigns.date_to >= campaigns.date_from
    where members.arm = 'treatment' and members.is_compared and others.arm is not null
    group by members.campaign_id
),

-- What the treated had more than their share, in hundredths times the clients of the others.
brought as (
    select
        campaign_id, any_value(n_c) as parts,
        any_value(t.y * n_c - c.y * n_t) filter (metric = 'margin') as margin_gained,
        any_value(t.y * n_c - c.y * n_t) filter (metric = 'revenue') as revenue_gained
    from compared
    group by campaign_id
),

described as (
    select
        *,
        if(is_experiment, 'experiment', 'observational') as design,
        case
            when date_to > as_of() then 'too_early'
            when is_experiment and 100 * squared > 1083 * expected then 'srm_failed'
            when treatment_clients < 30 or comparison_clients < 30 then 'too_few'
            else 'ok'
        end as status
    from sized
)

select
    campaign_id, website_id, campaign_name, date_from, date_to, design, status,
    treatment_clients, comparison_clients,
    coalesce(members_elsewhere, 0) as members_elsewhere,
    if(is_experiment, signed_ratio(squared::hugeint, expected), null) as sample_ratio_chi2,
    cost,
    case when design = 'experiment' and status = 'ok'
        then long_ratio(margin_gained::hugeint, 100 * parts::hugeint) end as incremental_margin,
    case when design = 'experiment' and status = 'ok' and cost > 0
        then ratio(margin_gained, parts * (100 * cost)::bigint)::decimal(38, 2) end
        as return_on_cost,
    case when design = 'experiment' and status = 'ok' and cost > 0
        then ratio(revenue_gained, parts * (100 * cost)::bigint)::decimal(38, 2) end
        as revenue_per_cost
from described
inner join brought using (campaign_id)
left join elsewhere using (campaign_id);

create table fct_campaign_metrics as
with effects as (
    select
        compared.*, fct_campaigns.status, n_t > 0 and n_c > 0 as has_both,
        -- What is compared: the time during, or its difference to the time before.
        if(is_experiment, t.y, t.y - t.x) as y_t,
        if(is_experiment, c.y, c.y - c.x) as y_c,
        if(is_experiment, t.yy, t.yy - 2 * t.xy + t.xx) as yy_t,
        if(is_experiment, c.yy, c.yy - 2 * c.xy + c.xx) as yy_c,
        y_t * n_c - y_c * n_t as difference,
        difference::double / (n_t::double * n_c * unit) as effect,
        1.959963984540054 * sqrt(
            covariance(n_t, yy_t, y_t, y_t) / n_t + covariance(n_c, yy_c, y_c, y_c) / n_c
        ) / unit as half_width,
        covariance(n_t + n_c, t.xx + c.xx, t.x + c.x, t.x + c.x) as variance_before,
        if(
            coalesce(variance_before, 0) = 0, 0,
            covariance(n_t + n_c, t.xy + c.xy, t.x + c.x, t.y + c.y) / variance_before
        ) as theta,
        effect - theta * (t.x::double / n_t - c.x::double / n_c) / unit as adjusted,
        1.959963984540054 * sqrt(
            greatest(
                covariance(n_t, t.yy, t.y, t.y) - 2 * theta * covariance(n_t, t.xy, t.x, t.y)
                + theta ** 2 * covariance(n_t, t.xx, t.x, t.x), 0
            ) / n_t
            + greatest(
                covariance(n_c, c.yy, c.y, c.y) - 2 * theta * covariance(n_c, c.xy, c.x, c.y)
                + theta ** 2 * covariance(n_c, c.xx, c.x, c.x), 0
            ) / n_c
        ) / unit as adjusted_half_width,
        if(is_experiment, c.y * n_t, t.x * n_c + (c.y - c.x) * n_t) as relative_to
    from compared
    inner join fct_campaigns using (website_id, campaign_id)
),

shown as (
    select
        *, status != 'too_early' as is_over,
        status in ('ok', 'too_few') and has_both as has_effect, status = 'ok' as has_interval,
        has_effect and is_experiment as has_adjusted
    from effects
)

select
    website_id, campaign_id, metric, place,
    if(is_over, signed_ratio(t.y, n_t * unit), null) as treatment_mean,
    if(is_over, signed_ratio(c.y, n_c * unit), null) as comparison_mean,
    if(is_over, signed_ratio(t.x, n_t * unit), null) as treatment_mean_before,
    if(is_over, signed_ratio(c.x, n_c * unit), null) as comparison_mean_before,
    if(has_effect, signed_ratio(difference, n_t::hugeint * n_c * unit), null) as effect,
    if(has_interval, rounded(effect - half_width), null) as effect_low,
    if(has_interval, rounded(effect + half_width), null) as effect_high,
    if(has_adjusted, rounded(adjusted), null) as adjusted_effect,
    if(has_interval and is_experiment, rounded(adjusted - adjusted_half_width), null)
        as adjusted_low,
    if(has_interval and is_experiment, rounded(adjusted + adjusted_half_width), null)
        as adjusted_high,
    if(has_effect, signed_ratio(difference, relative_to), null) as relative_effect,
    if(has_interval, signed_ratio(difference, n_c * unit), null) as incremental_total
from shown;
