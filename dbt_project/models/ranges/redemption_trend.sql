with

{{ requested_range(sums_up=true) }},

{{ requested_dates() }},

redemptions as (

    select
        redemptions.date,
        sum(redemptions.redemptions) as redemptions,
        sum(redemptions.points) as points,
        sum(redemptions.clients) as clients
    from {{ mart(ref('fct_redemptions_daily')) }} as redemptions
    where {{ is_in_range('redemptions') }}
    group by redemptions.date

),

payload as (

    select
        dates.date,
        cast(coalesce(redemptions.redemptions, 0) as bigint) as redemptions,
        cast(coalesce(redemptions.points, 0) as bigint) as points,
        cast(coalesce(redemptions.clients, 0) as bigint) as clients
    from dates
    left join redemptions on dates.date = redemptions.date

)

select * from payload
order by date
