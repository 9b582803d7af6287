with

tiers as (

    select * from {{ ref('stg_loyalty__loyalty_tiers') }}

),

websites as (

    select * from {{ ref('int_websites_validated') }}
    where quarantine_reason is null

),

flagged as (

    select
        *,
        case
            when tier_id is null then 'id'
            when website_id is null then 'website_id'
            when tier_name is null then 'name'
            when threshold is null then 'threshold'
        end as unreadable_column,
        unreadable_column is null as is_readable
    from tiers

),

superseded as (

    {{ superseded_rows('tier_id', ['website_id', 'tier_name', 'threshold']) }}

),

validated as (

    select
        flagged.*,
        case
            when not flagged.is_readable then 'invalid_value'
            when superseded.copy_number is not null then 'duplicate_id'
            when websites.website_id is null then 'unknown_website'
        end as quarantine_reason
    from flagged
    left join superseded
        on
            flagged.tier_id = superseded.tier_id
            and flagged.copy_number = superseded.copy_number
    left join websites on flagged.website_id = websites.website_id

)

select * from validated
