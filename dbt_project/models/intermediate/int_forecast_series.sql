with

run as (

    select * from {{ ref('int_run') }}

),

{# The dates that are looked back on: from the first event on, the last three years at most. #}
websites as (

    select
        websites.website_id,
        run.as_of,
        greatest(
            websites.first_snapshot_date, cast(run.as_of - interval 3 year as date) + 1
        ) as first_date
    from {{ ref('dim_websites') }} as websites
    cross join run
    where websites.first_snapshot_date is not null

),

days as (

    select
        points.website_id,
        points.date,
        points.issued,
        points.redeemed,
        coalesce(daily.redemptions, 0) as redemptions
    from {{ ref('fct_points_daily') }} as points
    inner join websites
        on points.website_id = websites.website_id and points.date >= websites.first_date
    left join {{ ref('fct_redemptions_daily') }} as daily
        on points.website_id = daily.website_id and points.date = daily.date

),

{# The last dates of whole weeks: all end on the weekday of as_of. #}
weeks as (

    select
        days.website_id,
        days.date
    from days
    inner join websites on days.website_id = websites.website_id
    where
        mod(cast(websites.as_of - days.date as integer), 7) = 0
        and cast(days.date - websites.first_date as integer) >= 6

),

redemptions as (

    select
        requests.website_id,
        requests.item_id,
        requests.date + mod(cast(run.as_of - requests.date as integer), 7) as week,
        cast(run.as_of - requests.date as integer) as days_ago
    from {{ ref('fct_redemption_requests') }} as requests
    cross join run
    where requests.is_redemption

),

items as (

    select distinct
        website_id,
        item_id
    from redemptions
    where days_ago < 365

),

redeemed as (

    select
        website_id,
        item_id,
        week,
        count(*) as redemptions
    from redemptions
    group by website_id, item_id, week

),

series as (

    select
        website_id,
        'points_issued' as series,
        cast(null as bigint) as item_id,
        date,
        issued as value
    from days
    union all
    select
        website_id,
        'points_redeemed' as series,
        cast(null as bigint) as item_id,
        date,
        redeemed as value
    from days
    union all
    select
        website_id,
        'redemptions' as series,
        cast(null as bigint) as item_id,
        date,
        redemptions as value
    from days
    union all
    select
        items.website_id,
        'redemptions' as series,
        items.item_id,
        weeks.date,
        coalesce(redeemed.redemptions, 0) as value
    from items
    inner join weeks on items.website_id = weeks.website_id
    left join redeemed on items.item_id = redeemed.item_id and weeks.date = redeemed.week

)

select * from series
order by website_id, item_id, series, date
