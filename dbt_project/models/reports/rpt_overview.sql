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
        run.as_of,
        windowed.window_days as days,
        windowed.active_clients as total_active_clients,
        cast(windowed.issued as bigint) as total_points_issued,
        cast(windowed.redeemed as bigint) as total_points_redeemed,
        windowed.points_outstanding as total_points_balance,
        cast(windowed.redemptions as bigint) as total_redemptions,
        cast(windowed.redemption_points as bigint) as total_redemption_value,
        {{ ratio('windowed.redemption_points', 'windowed.redemptions') }}
            as average_redemption_value,
        {{ ratio('windowed.points_outstanding', 'windowed.active_clients') }}
            as average_points_per_client,
        {{ ratio('windowed.lifetime_issued', 'windowed.clients_ever_issued') }}
            as client_lifetime_value
    from windowed
    cross join run

)

select * from payload
order by website_id, window_days
