with

{{ requested_range() }},

cells as (

    select
        cast(weekdays.weekday as integer) as weekday,
        cast(hours.hour as integer) as hour
    from requested
    cross join range(1, 8) as weekdays (weekday)
    cross join range(0, 24) as hours (hour)

),

redemptions as (

    select
        requests.weekday,
        requests.hour,
        count(*) as redemptions
    from {{ mart(ref('fct_redemption_requests')) }} as requests
    where requests.is_redemption and {{ is_in_range('requests') }}
    group by requests.weekday, requests.hour

),

payload as (

    select
        cells.weekday,
        cells.hour,
        coalesce(redemptions.redemptions, 0) as redemptions
    from cells
    left join redemptions
        on cells.weekday = redemptions.weekday and cells.hour = redemptions.hour

)

select * from payload
order by weekday, hour
