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
    from {{ ref('int_redemption_requests_validated') }}
    where quarantine_reason is null
    union all
    select
        website_id,
        business_date
    from {{ ref('int_wallet_conversions_validated') }}
    where quarantine_reason is null

),

run as (

    select * from {{ ref('int_run') }}

),

dated as (

    select distinct
        events.website_id,
        events.business_date
    from events
    inner join run on events.business_date <= run.as_of

),

spaced as (

    select
        website_id,
        business_date,
        cast(
            business_date - lag(business_date) over (
                partition by website_id
                order by business_date
            ) as integer
        ) as days_since_last
    from dated

),

{# A row misdated by decades is followed by a gap, after which the events begin anew. #}
first_events as (

    select
        website_id,
        business_date as first_event_date
    from spaced
    where days_since_last is null or days_since_last > {{ max_days() }}

)

select * from first_events
order by website_id, first_event_date
