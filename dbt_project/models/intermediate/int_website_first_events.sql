with

events as (

    select
        website_id,
        date as business_date
    from {{ ref('int_points_daily') }}
    union all
    select
        website_id,
        business_date
    from {{ ref('int_redemption_requests_judged') }}
    where quarantine_reason is null
    union all
    select
        website_id,
        business_date
    from {{ ref('int_wallet_conversions_judged') }}
    where quarantine_reason is null

),

run as (

    select * from {{ ref('int_run') }}

),

first_events as (

    select
        events.website_id,
        min(events.business_date) as first_event_date
    from events
    inner join run on events.business_date <= run.as_of
    group by events.website_id

)

select * from first_events
