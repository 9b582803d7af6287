with

{{ requested_range(sums_up=true) }},

{{ requested_dates() }},

points as (

    select
        points.date,
        sum(points.issued) as issued,
        sum(points.redeemed) as redeemed,
        sum(points.outstanding) as outstanding
    from {{ mart(ref('fct_points_daily')) }} as points
    where {{ is_in_range('points') }}
    group by points.date

),

payload as (

    select
        dates.date,
        cast(coalesce(points.issued, 0) as bigint) as issued,
        cast(coalesce(points.redeemed, 0) as bigint) as redeemed,
        cast(coalesce(points.outstanding, 0) as bigint) as balance
    from dates
    left join points on dates.date = points.date

)

select * from payload
order by date
