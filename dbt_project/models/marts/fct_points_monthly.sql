with

websites as (

    select * from {{ ref('dim_websites') }}
    where first_snapshot_date is not null

),

run as (

    select * from {{ ref('dim_run') }}

),

points as (

    select
        points.website_id,
        dates.month_start_date as month,
        cast(sum(points.issued) as bigint) as issued,
        cast(sum(points.refunded) as bigint) as refunded,
        cast(sum(points.redeemed) as bigint) as redeemed,
        cast(sum(points.deducted) as bigint) as deducted,
        cast(sum(points.net) as bigint) as net,
        max_by(points.outstanding, points.date) as closing
    from {{ ref('fct_points_daily') }} as points
    inner join {{ ref('dim_dates') }} as dates on points.date = dates.date
    group by points.website_id, dates.month_start_date

),

monthly as (

    select
        points.website_id,
        points.month,
        points.closing - points.net as opening,
        points.issued,
        points.refunded,
        points.redeemed,
        points.deducted,
        points.closing,
        last_day(points.month) <= run.as_of as is_complete
    from points
    inner join websites
        on
            points.website_id = websites.website_id
            and points.month >= date_trunc('month', websites.first_snapshot_date)
    cross join run

)

select * from monthly
order by website_id, month
