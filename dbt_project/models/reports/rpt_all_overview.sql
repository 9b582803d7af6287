with

totals as (

    select
        cast(coalesce(sum(active_clients), 0) as bigint) as active_clients,
        cast(coalesce(sum(points_outstanding), 0) as bigint) as points_outstanding,
        coalesce(sum(lifetime_issued), 0) as lifetime_issued,
        coalesce(sum(clients_ever_issued), 0) as clients_ever_issued
    from {{ ref('fct_website_totals') }}

),

windows as (

    select * from {{ ref('dim_windows') }}

),

run as (

    select * from {{ ref('dim_run') }}

),

points as (

    select
        date,
        sum(issued) as issued,
        sum(redeemed) as redeemed
    from {{ ref('fct_points_daily') }}
    group by date

),

redemptions as (

    select
        date,
        sum(redemptions) as redemptions,
        sum(points) as points
    from {{ ref('fct_redemptions_daily') }}
    group by date

),

windowed as (

    select
        windows.window_days,
        run.as_of,
        windows.window_days as days,
        totals.active_clients,
        totals.points_outstanding,
        totals.lifetime_issued,
        totals.clients_ever_issued,
        sum(coalesce(points.issued, 0)) over wider_windows as issued,
        sum(coalesce(points.redeemed, 0)) over wider_windows as redeemed,
        sum(coalesce(redemptions.redemptions, 0)) over wider_windows as redemptions,
        sum(coalesce(redemptions.points, 0)) over wider_windows as redemption_points
    from totals
    cross join windows
    cross join run
    left join points on windows.date_from = points.date
    left join redemptions on windows.date_from = redemptions.date
    window
        wider_windows as (order by windows.window_days)

),

payload as (

    select
        windowed.window_days,
        {{ overview_keys('windowed') }}
    from windowed

)

select * from payload
order by window_days
