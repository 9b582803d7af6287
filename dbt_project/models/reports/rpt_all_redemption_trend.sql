with

dates as (

    select * from {{ ref('dim_dates') }}
    where window_days <= {{ max_days() }}

),

redemptions as (

    select
        date,
        sum(redemptions) as redemptions,
        sum(points) as points,
        sum(clients) as clients
    from {{ ref('fct_redemptions_daily') }}
    group by date

),

payload as (

    select
        dates.window_days,
        dates.date,
        cast(coalesce(redemptions.redemptions, 0) as bigint) as redemptions,
        cast(coalesce(redemptions.points, 0) as bigint) as points,
        cast(coalesce(redemptions.clients, 0) as bigint) as clients
    from dates
    left join redemptions on dates.date = redemptions.date

)

select * from payload
order by date
