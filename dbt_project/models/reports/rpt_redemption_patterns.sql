with

cells as (

    select
        websites.website_id,
        cast(weekdays.weekday as integer) as weekday,
        cast(hours.hour as integer) as hour
    from {{ ref('dim_websites') }} as websites
    cross join range(1, 8) as weekdays (weekday)
    cross join range(0, 24) as hours (hour)

),

redemptions as (

    select
        requests.website_id,
        requests.weekday,
        requests.hour,
        dates.window_days,
        count(*) as redemptions
    from {{ ref('fct_redemption_requests') }} as requests
    inner join {{ ref('dim_dates') }} as dates on requests.date = dates.date
    where requests.is_redemption and dates.window_days <= {{ max_days() }}
    group by requests.website_id, requests.weekday, requests.hour, dates.window_days

),

{# A cell's count changes only at windows that reach a date with a redemption in it. #}
steps as (

    select
        website_id,
        weekday,
        hour,
        window_days,
        sum(redemptions) as redemptions
    from (
        select
            website_id,
            weekday,
            hour,
            1 as window_days,
            0 as redemptions
        from cells
        union all
        select * from redemptions
    ) as counts
    group by website_id, weekday, hour, window_days

),

payload as (

    select
        website_id,
        window_days as min_window_days,
        lead(window_days, 1, {{ max_days() }} + 1) over cell - 1 as max_window_days,
        weekday,
        hour,
        cast(sum(redemptions) over cell as bigint) as redemptions
    from steps
    window
        cell as (partition by website_id, weekday, hour order by window_days)

)

select * from payload
order by website_id, weekday, hour, min_window_days
