with

totals as (

    select * from {{ ref('fct_website_totals') }}

),

windows as (

    select * from {{ ref('dim_windows') }}

),

run as (

    select * from {{ ref('dim_run') }}

),

points as (

    select * from {{ ref('fct_points_daily') }}

),

redemptions as (

    select * from {{ ref('fct_redemptions_daily') }}

),

windowed as (

    select
        totals.website_id,
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
    left join points
        on totals.website_id = points.website_id and windows.date_from = points.date
    left join redemptions
        on
            totals.website_id = redemptions.website_id
            and windows.date_from = redemptions.date
    window
        wider_windows as (partition by totals.website_id order by windows.window_days)

),

payload as (

    select
        windowed.website_id,
        windowed.window_days,
        {{ overview_keys('windowed') }}
    from windowed

)

select * from payload
order by website_id, window_days
