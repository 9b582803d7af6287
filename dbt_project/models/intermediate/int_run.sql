{{ build_after('int_previous_run') }}

with

settings as (

    select * from {{ ref('stg_pipeline__settings') }}

),

websites as (

    select * from {{ ref('int_websites_validated') }}
    where quarantine_reason is null

),

events as (

    select business_date from {{ ref('int_loyalty_transactions_validated') }}
    where quarantine_reason is null
    union all
    select business_date from {{ ref('int_redemption_requests_validated') }}
    where quarantine_reason is null
    union all
    select business_date from {{ ref('int_wallet_conversions_validated') }}
    where quarantine_reason is null

),

{# The last date that is over on all websites by the clock; null where the run has no clock. #}
over as (

    select min(cast({{ clock_time('websites.timezone', 'run.began_at') }} as date)) - 1 as date
    from {{ ref('stg_pipeline__run') }} as run
    cross join websites

),

bounds as (

    select
        settings.requested_as_of is null as is_by_clock,
        coalesce(settings.requested_as_of, over.date, date '9999-12-31') as last_date
    from settings
    cross join over

),

found as (

    select
        max(events.business_date) filter (where events.business_date <= bounds.last_date)
            as latest_event_date,
        count(*) filter (where bounds.is_by_clock and events.business_date > bounds.last_date)
            as later_events,
        min(events.business_date) filter (
            where bounds.is_by_clock and events.business_date > bounds.last_date
        ) as first_later_date,
        max(events.business_date) filter (
            where bounds.is_by_clock and events.business_date > bounds.last_date
        ) as last_later_date
    from events
    cross join bounds

),

run as (

    select
        coalesce(settings.requested_as_of, found.latest_event_date) as as_of,
        settings.tier_basis,
        settings.window_days,
        settings.top_limits,
        settings.added_columns,
        settings.margin_share,
        found.latest_event_date,
        found.later_events,
        found.first_later_date,
        found.last_later_date
    from settings
    cross join found

)

select * from run
