{{ config(post_hook="{{ publish_calculate_analytics() }}") }}

with

websites as (

    select * from {{ ref('dim_websites') }}
    where first_snapshot_date is not null

),

months as (

    select
        websites.website_id,
        dates.month_start_date as date_from,
        last_day(dates.month_start_date) as date_to
    from websites
    inner join {{ ref('dim_dates') }} as dates on websites.first_snapshot_date <= dates.date

),

weeks as (

    select
        websites.website_id,
        dates.week_start_date as date_from,
        dates.week_start_date + 6 as date_to
    from websites
    inner join {{ ref('dim_dates') }} as dates on websites.first_snapshot_date <= dates.date

),

requested as (

    select
        website_id,
        date_from,
        date_to
    from {{ ref('stg_pipeline__requested_ranges') }}

),

ranges as (

    select * from months
    union
    select * from weeks
    union
    select * from requested

),

{{ analytics_records('ranges') }}

select * from records
order by website, date_from, date_to
