-- A returned row is a website's month that does not open with what the month before closed with,
-- that does not follow on it, or that is the last one and does not close with what is outstanding
-- on as_of; or a website whose months do not begin with that of its first event.
{{ config(meta={'dagster': {'ref': {'name': 'fct_points_monthly'}}}) }}

with

months as (

    select * from {{ ref('fct_points_monthly') }}

),

run as (

    select * from {{ ref('dim_run') }}

),

totals as (

    select * from {{ ref('fct_website_totals') }}

),

followed as (

    select
        website_id,
        month,
        opening,
        issued,
        redeemed,
        deducted,
        closing,
        last_day(month) + 1 as next_month,
        lead(month) over website_history as following_month,
        lead(opening) over website_history as following_opening
    from months
    window
        website_history as (partition by website_id order by month)

),

first_months as (

    select
        website_id,
        min(month) as month
    from months
    group by website_id

),

broken as (

    select followed.website_id
    from followed
    inner join totals on followed.website_id = totals.website_id
    cross join run
    where
        followed.closing
        != followed.opening + followed.issued - followed.redeemed - followed.deducted
        or followed.closing
        != coalesce(followed.following_opening, totals.points_outstanding)
        or (followed.following_month is null and followed.next_month <= run.as_of)
        or followed.next_month != followed.following_month
    union all
    select websites.website_id
    from {{ ref('dim_websites') }} as websites
    left join first_months on websites.website_id = first_months.website_id
    where
        first_months.month is distinct from date_trunc('month', websites.first_snapshot_date)

)

select * from broken
