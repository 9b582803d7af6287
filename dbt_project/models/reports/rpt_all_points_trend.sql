with

dates as (

    select * from {{ ref('dim_dates') }}
    where window_days <= {{ max_days() }}

),

points as (

    select
        date,
        sum(issued) as issued,
        sum(redeemed) as redeemed,
        sum(outstanding) as outstanding
    from {{ ref('fct_points_daily') }}
    group by date

),

payload as (

    select
        dates.window_days,
        dates.date,
        cast(coalesce(points.issued, 0) as bigint) as issued,
        cast(coalesce(points.redeemed, 0) as bigint) as redeemed,
        cast(coalesce(points.outstanding, 0) as bigint) as balance
    from dates
    left join points on dates.date = points.date

)

select * from payload
order by date
