with

websites as (

    select * from {{ ref('dim_websites') }}

),

dates as (

    select * from {{ ref('dim_dates') }}
    where window_days <= {{ max_days() }}

),

redemptions as (

    select * from {{ ref('fct_redemptions_daily') }}

),

payload as (

    select
        websites.website_id,
        dates.window_days,
        dates.date,
        coalesce(redemptions.redemptions, 0) as redemptions,
        coalesce(redemptions.points, 0) as points,
        coalesce(redemptions.clients, 0) as clients
    from websites
    cross join dates
    left join redemptions
        on websites.website_id = redemptions.website_id and dates.date = redemptions.date

)

select * from payload
order by website_id, date
