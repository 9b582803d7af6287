-- Points by the month of their issue, spent first in, first out, and what is known from that.
-- Rates are whole trillionths here.

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
    coalesce(redeemed, 0)::hugeint as redeemed,
    coalesce(deducted, 0)::hugeint as deducted,
    issued - coalesce(
        sum(coalesce(redeemed, 0) + coalesce(deducted, 0)) over (
            partition by website_id, issued_month order by age
            rows between unbounded preceding and 1 preceding
        ),
        0
    )::hugeint as points_at_risk
from ages
left join taken using (website_id, issued_month, reached_month);

create macro one() as 1000000000000::hugeint;

create macro rate(part, whole) as (2 * one() * part + whole) // (2 * whole);

create macro times(points, rate) as (2 * points * rate + one()) // (2 * one());

-- The curve as it was known at the end of each complete month.
create temp table known_curves as
with summed as (
    select
        website_id, months.month as known_month, age, sum(points_at_risk) as points_at_risk,
        sum(redeemed) as redeemed, sum(deducted) as deducted
    from lot_ages
    inner join months using (website_id)
    where reached_month <= months.month and is_complete
    group by website_id, months.month, age
)

select
    *,
    rate(redeemed, points_at_risk) as redeemed_rate,
    one() - redeemed_rate - rate(deducted, points_at_risk) as kept_rate
from summed
qualify 100 * points_at_risk >= first(points_at_risk) over (
    partition by website_id, known_month order by age
);

create temp table curve as select * from known_curves where known_month = last_month();

create table fct_redemption_curve as
with recursive redeemed as (
    select website_id, -1 as age, 0::hugeint as redeemed_share, one() as kept_share
    from dim_websites
    union all
    select
        curve.website_id, curve.age, redeemed_share + times(kept_share, redeemed_rate),
        times(kept_share, kept_rate)
    from redeemed
    inner join curve on redeemed.website_id = curve.website_id and redeemed.age + 1 = curve.age
)

select
    website_id, age as age_months, points_at_risk, redeemed, deducted, redeemed_share
from curve
inner join redeemed using (website_id, age);

-- What is still redeemed of a point that is unspent at the end of an age, from -1 on.
create temp table unspent as
with recursive unspent as (
    select website_id, max(age) as age, 0::hugeint as rate
    from curve
    group by website_id
    union all
    select website_id, age - 1, redeemed_rate + times(kept_rate, rate)
    from unspent
    inner join curve using (website_id, age)
)

from unspent;

create table fct_points_aging as
with taken as (
    select website_id, issued_month, sum(redeemed) as redeemed, sum(deducted) as deducted
    from month_takings
    group by website_id, issued_month
),

lots as (
    select
        points.website_id, month as issued_month, issued,
        coalesce(taken.redeemed, 0)::bigint as redeemed,
        coalesce(taken.deducted, 0)::bigint as deducted
    from fct_points_monthly as points
    left join taken on points.website_id = taken.website_id and month = issued_month
    where issued > 0
)

select
    lots.website_id, issued_month, issued, redeemed, deducted,
    issued - redeemed - deducted as outstanding,
    times(issued - redeemed - deducted, coalesce(rate, 0))::bigint as expected_redeemed
from lots
left join unspent on lots.website_id = unspent.website_id
    and date_diff('month', issued_month, last_month()) = age;

-- What the curve of each month told of the next three, for the lots held at its end.
create temp table backtest as
with in_a_month as (
    select *, lead(redeemed_rate, 1, 0) over ages as rate
    from known_curves
    window ages as (partition by website_id, known_month order by age)
),

in_two_months as (
    select
        * replace (lead(redeemed_rate + times(kept_rate, rate), 1, 0) over ages as rate)
    from in_a_month
    window ages as (partition by website_id, known_month order by age)
),

in_three_months as (
    select
        * replace (lead(redeemed_rate + times(kept_rate, rate), 1, 0) over ages as rate)
    from in_two_months
    window ages as (partition by website_id, known_month order by age)
),

expected as (
    select
        lots.website_id, reached_month as month,
        sum(times(points_held, coalesce(rate, 0)))::bigint as expected
    from (
        select *, points_at_risk - redeemed - deducted as points_held from lot_ages
    ) as lots
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

select website_id, month, coalesce(expected, 0) as expected, coalesce(actual, 0) as actual
from months
inner join first_events using (website_id)
left join expected using (website_id, month)
left join actual using (website_id, month)
where date_diff('month', first_date, month) >= 6
    and date_diff('month', month, last_month()) >= 3;
