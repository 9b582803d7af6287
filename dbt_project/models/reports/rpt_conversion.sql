with

websites as (

    select * from {{ ref('dim_websites') }}

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

conversions as (

    select
        website_id,
        date,
        count(*) as conversions,
        sum(points) as points,
        sum(amount) as amount
    from {{ ref('fct_wallet_conversions') }}
    group by website_id, date

),

converting as ({{ clients_by_window('last_conversion_date') }}
),

windowed as (

    select
        websites.website_id,
        windows.window_days,
        run.as_of,
        windows.window_days as days,
        sum(coalesce(conversions.conversions, 0)) over wider_windows as conversions,
        sum(coalesce(converting.clients, 0)) over wider_windows as clients,
        sum(coalesce(conversions.points, 0)) over wider_windows as points,
        sum(coalesce(conversions.amount, 0)) over wider_windows as amount,
        sum(coalesce(points.issued, 0)) over wider_windows as issued
    from websites
    cross join windows
    cross join run
    left join points
        on websites.website_id = points.website_id and windows.date_from = points.date
    left join conversions
        on
            websites.website_id = conversions.website_id
            and windows.date_from = conversions.date
    left join converting
        on
            websites.website_id = converting.website_id
            and windows.window_days = converting.window_days
    window
        wider_windows as (partition by websites.website_id order by windows.window_days)

),

payload as (

    select
        windowed.website_id,
        windowed.window_days,
        {{ conversion_keys('windowed') }}
    from windowed

)

select * from payload
order by website_id, window_days
