with

settings as (

    select * from {{ ref('stg_pipeline__settings') }}

),

events as (

    select business_date from {{ ref('int_loyalty_transactions_judged') }}
    where quarantine_reason is null
    union all
    select business_date from {{ ref('int_redemption_requests_judged') }}
    where quarantine_reason is null
    union all
    select business_date from {{ ref('int_wallet_conversions_judged') }}
    where quarantine_reason is null

),

latest as (

    select max(business_date) as business_date from events

),

run as (

    select
        coalesce(settings.requested_as_of, latest.business_date) as as_of,
        settings.tier_basis,
        settings.window_days,
        settings.top_limits,
        settings.added_columns
    from settings
    cross join latest

)

select * from run
