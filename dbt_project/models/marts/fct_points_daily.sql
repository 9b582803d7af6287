with

websites as (

    select * from {{ ref('dim_websites') }}
    where first_event_date is not null

),

calendar as (

    select
        websites.website_id,
        dates.date
    from websites
    inner join {{ ref('dim_dates') }} as dates on websites.first_event_date <= dates.date

),

points as (

    select * from {{ ref('int_points_daily') }}

),

daily as (

    select
        calendar.website_id,
        calendar.date,
        cast(coalesce(points.issued, 0) as bigint) as issued,
        cast(coalesce(points.refunded, 0) as bigint) as refunded,
        cast(coalesce(points.redeemed, 0) as bigint) as redeemed,
        cast(coalesce(points.deducted, 0) as bigint) as deducted,
        cast(coalesce(points.net, 0) as bigint) as net,
        cast(
            sum(coalesce(points.net, 0)) over (
                partition by calendar.website_id order by calendar.date
            ) as bigint
        ) as outstanding,
        cast(coalesce(points.transactions, 0) as bigint) as transactions,
        coalesce(points.clients, 0) as clients
    from calendar
    left join points
        on calendar.website_id = points.website_id and calendar.date = points.date

)

select * from daily
order by website_id, date
