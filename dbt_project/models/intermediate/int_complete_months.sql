with

websites as (

    select * from {{ ref('dim_websites') }}

),

last_dates as (

    select * from {{ ref('dim_dates') }}
    where date = last_day(date)

),

months as (

    select
        websites.website_id,
        last_dates.month_start_date as month,
        last_dates.date as last_date,
        websites.first_snapshot_date >= last_dates.month_start_date as is_first
    from websites
    inner join last_dates on websites.first_snapshot_date <= last_dates.date

)

select * from months
