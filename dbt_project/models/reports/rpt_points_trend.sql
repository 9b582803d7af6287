with

websites as (

    select * from {{ ref('dim_websites') }}

),

dates as (

    select * from {{ ref('dim_dates') }}
    where window_days <= {{ max_days() }}

),

points as (

    select * from {{ ref('fct_points_daily') }}

),

payload as (

    select
        websites.website_id,
        dates.window_days,
        dates.date,
        coalesce(points.issued, 0) as issued,
        coalesce(points.redeemed, 0) as redeemed,
        coalesce(points.outstanding, 0) as balance
    from websites
    cross join dates
    left join points
        on websites.website_id = points.website_id and dates.date = points.date

)

select * from payload
order by website_id, date
