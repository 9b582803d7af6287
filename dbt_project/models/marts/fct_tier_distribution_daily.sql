with

websites as (

    select * from {{ ref('dim_websites') }}
    where first_event_date is not null

),

calendar as (

    select
        websites.website_id,
        dates.date,
        tiers.tier_id
    from websites
    inner join {{ ref('dim_dates') }} as dates on websites.first_event_date <= dates.date
    inner join {{ ref('dim_tiers') }} as tiers on websites.website_id = tiers.website_id

),

changes as (

    select * from {{ ref('int_tier_changes') }}
    where tier_id is not null

),

daily as (

    select
        calendar.website_id,
        calendar.date,
        calendar.tier_id,
        cast(
            sum(coalesce(changes.change, 0)) over (
                partition by calendar.tier_id order by calendar.date
            ) as bigint
        ) as active_clients
    from calendar
    left join changes
        on calendar.tier_id = changes.tier_id and calendar.date = changes.date

)

select * from daily
order by website_id, date, tier_id
