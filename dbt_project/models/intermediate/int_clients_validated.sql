with

clients as (

    select * from {{ ref('stg_loyalty__clients') }}

),

websites as (

    select * from {{ ref('int_websites_validated') }}
    where quarantine_reason is null

),

flagged as (

    select
        *,
        case
            when client_id is null then 'id'
            when website_id is null then 'website_id'
        end as unreadable_column,
        unreadable_column is null as is_readable
    from clients

),

superseded as (

    {{ superseded_rows(
        'client_id', ['website_id', 'cached_points', 'cached_tier_id', 'joined_at']
    ) }}

),

utc_offsets as (

    {{ utc_offsets('joined_at') }}

),

validated as (

    select /*+ broadcast(utc_offsets) */
        flagged.*,
        cast({{ local_time('flagged.joined_at') }} as date) as joined_date,
        case
            when not flagged.is_readable then 'invalid_value'
            when superseded.copy_number is not null then 'duplicate_id'
            when websites.website_id is null then 'unknown_website'
        end as quarantine_reason
    from flagged
    left join superseded
        on
            flagged.client_id = superseded.client_id
            and flagged.copy_number = superseded.copy_number
    left join websites on flagged.website_id = websites.website_id
    left join utc_offsets
        on
            flagged.website_id = utc_offsets.website_id
            and {{ utc_date('flagged.joined_at') }} = utc_offsets.utc_date

)

select * from validated
