-- Points by the month of their issue, spent first in, first out, and what they will cost.

-- A client has at most as many lots and takings as there are months, so that comparing each with
-- each beats sorting them by where they begin and end.
create table fct_lot_takings as
with lots as (
    select
        website_id, client_id, month, lifetime_issued - issued as starts_after,
        lifetime_issued as ends_at
    from client_months
    where issued > 0
),

takings as (
    select
        client_id, month, lifetime_taken - redeemed - deducted as starts_after,
        lifetime_taken - deducted as redeemed_to, lifetime_taken as ends_at
    from client_months
    where redeemed + deducted > 0
)

select
    website_id, client_id, lots.month as issued_month, takings.month as taken_month,
    greatest(
        least(lots.ends_at, redeemed_to) - greatest(lots.starts_after, takings.starts_after), 0
    ) as redeemed,
    greatest(
        least(lots.ends_at, takings.ends_at) - greatest(lots.starts_after, redeemed_to), 0
    ) as deducted
from lots
inner join takings using (client_id)
where lots.starts_after < takings.ends_at and takings.starts_after < lots.ends_at;

create temp table month_takings as
select
    website_id, issued_month, taken_month,
    sum(redeemed)::bigint as redeemed, sum(deducted)::bigint as deducted
from fct_lot_takings
group by website_id, issued_month, taken_month;

-- What each complete month's issue came to at each age that it has reached.
create temp table lot_ages as
with ages as (
    select
        website_id, issues.month as issued_month, months.month as reached_month,
        date_diff('month', issues.month, months.month) as age, issued
    from fct_points_monthly as issues
    inner join months using (website_id)
    where issued > 0 and months.month >= issues.month and months.is_complete
),

taken as (
    select
        website_id, issued_month, greatest(issued_month, taken_month) as reached_month,
        sum(redeemed) as redeemed, sum(deducted) as deducted
    from month_takings
    group by all
)

select
    website_id, issued_month, reached_month, age,
    coalesce(redeemed, 0)::bigint as redeemed,
    coalesce(deducted, 0)::bigint as deducted,
    issued - coalesce(
        sum(coalesce(redeemed, 0) + coalesce(deducted, 0)) over (
            partition by website_id, issued_month order by age
            rows between unbounded preceding and 1 preceding
        ),
        0
    )::bigint as points_at_risk
from ages
left join taken using (website_id, issued_month, reached_month);

-- The curve as it was known at the end of each complete month; all shares have 12 decimals.
create temp table known_curves as
with summed as (
    select
        website_id, months.month as known_month, age,
        sum(points_at_risk)::bigint as points_at_risk,
        sum(redeemed)::bigint as redeemed, sum(deducted)::bigint as deducted
    from lot_ages
    inner join months using (website_id)
    where reached_month <= months.month and is_complete
    group by website_id, months.month, age
)

select
    *,
    ratio(redeemed, points_at_risk, decimals := 12)::decimal(13, 12) as redemption_hazard,
    ratio(deducted, points_at_risk, decimals := 12)::decimal(13, 12) as deduction_hazard,
    1 - redemption_hazard - deduction_hazard as kept
from summed
qualify 100 * points_at_risk >= first(points_at_risk) over (
    partition by website_id, known_month order by age
);

create temp table curve as select * from known_curves where known_month = last_month();

create table fct_redemption_curve as
with recursive issued as (
    select
        website_id, -1 as age, 0::decimal(13, 12) as redeemed_share,
        1::decimal(13, 12) as unspent_share
    from dim_websites
    union all
    select
        curve.website_id, curve.age,
        redeemed_share + (unspent_share * redemption_hazard)::decimal(13, 12),
        (unspent_share * kept)::decimal(13, 12)
    from issued
    inner join curve on issued.website_id = curve.website_id and issued.age + 1 = curve.age
),

-- Of a point unspent when an age begins, the share that is redeemed at this age or later.
unspent as (
    select website_id, max(age) + 1 as age, 0::decimal(13, 12) as expected_share
    from curve
    group by website_id
    union all
    select
        curve.website_id, curve.age,
        redemption_hazard + (kept * expected_share)::decimal(13, 12)
    from unspent
    inner join curve on unspent.website_id = curve.website_id and unspent.age = curve.age + 1
)

select
    website_id, age::integer as age_months, points_at_risk, redeemed, deducted,
    redemption_hazard, deduction_hazard, redeemed_share, unspent_share, expected_share
from curve
inner join issued using (website_id, age)
inner join unspent using (website_id, age);

create table fct_points_aging as
with taken as (
    select website_id, issued_month, sum(redeemed) as redeemed, sum(deducted) as deducted
    from month_takings
    group by website_id, issued_month
),

lots as (
    select
        points.website_id, month as issued_month,
        date_diff('month', month, last_month())::integer as age_months, issued,
        coalesce(taken.redeemed, 0)::bigint as redeemed,
        coalesce(taken.deducted, 0)::bigint as deducted
    from fct_points_monthly as points
    left join taken on points.website_id = taken.website_id and month = issued_month
    where issued > 0
)

select
    lots.website_id, issued_month, lots.age_months, issued, lots.redeemed, lots.deducted,
    issued - lots.redeemed - lots.deducted as outstanding,
    (outstanding * coalesce(expected_share, 0))::bigint as expected_redeemed
from lots
left join fct_redemption_curve as curve
    on lots.website_id = curve.website_id and lots.age_months + 1 = curve.age_months;

-- With a history that is long enough, and conversions that say what a point is worth.
create table fct_liability as
with expected as (
    select website_id, sum(expected_redeemed)::bigint as points_expected
    from fct_points_aging
    group by website_id
),

observed as (
    select
        website_id, count(*)::integer as months_observed,
        (100 * max(redeemed_share))::decimal(38, 2) as ultimate_redemption_rate
    from fct_redemption_curve
    group by website_id
),

valued as (
    select
        website_id,
        ratio(100 * sum(amount), 100 * sum(points), decimals := 6)::decimal(18, 6) as point_value
    from fct_wallet_conversions
    group by website_id
)

select
    website_id, points_outstanding + points_overdrawn as points_held, points_overdrawn,
    points_expected,
    ratio(100 * (points_held - points_expected), points_held)::decimal(38, 2) as breakage_rate,
    ultimate_redemption_rate, months_observed, point_value,
    (points_expected * point_value)::decimal(38, 2) as liability_amount,
    (points_held * point_value)::decimal(38, 2) as liability_if_all_redeemed,
    'ok' as status
from fct_website_totals
inner join expected using (website_id)
inner join observed using (website_id)
inner join valued using (website_id);

-- What the curve of each month told of the next three, for the lots held at its end.
create table fct_liability_backtest as
with in_a_month as (
    select *, lead(redemption_hazard, 1, 0) over ages as expected_share
    from known_curves
    window ages as (partition by website_id, known_month order by age)
),

in_two_months as (
    select
        * replace (
            lead(redemption_hazard + (kept * expected_share)::decimal(13, 12), 1, 0) over ages
            as expected_share
        )
    from in_a_month
    window ages as (partition by website_id, known_month order by age)
),

in_three_months as (
    select
        * replace (
            lead(redemption_hazard + (kept * expected_share)::decimal(13, 12), 1, 0) over ages
            as expected_share
        )
    from in_two_months
    window ages as (partition by website_id, known_month order by age)
),

expected as (
    select
        lots.website_id, reached_month as month,
        sum(
            (
                (lots.points_at_risk - lots.redeemed - lots.deducted)
                * coalesce(expected_share, 0)
            )::bigint
        )::bigint as expected
    from lot_ages as lots
    left join in_three_months as curves
        on lots.website_id = curves.website_id and reached_month = known_month
        and lots.age = curves.age
    group by lots.website_id, reached_month
),

actual as (
    select months.website_id, month, sum(redeemed)::bigint as actual
    from months
    inner join month_takings as takings using (website_id)
    where issued_month <= month
        and date_diff('month', month, taken_month) between 1 and 3
    group by months.website_id, month
)

select
    website_id, month, expected, actual,
    ratio(100 * (expected - actual), actual)::decimal(38, 2) as error_percentage
from months
inner join first_events using (website_id)
inner join expected using (website_id, month)
inner join actual using (website_id, month)
where date_diff('month', first_date, month) >= 6
    and date_diff('month', month, last_month()) >= 3;
