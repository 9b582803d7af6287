with

conversions as (

    select * from {{ ref('stg_loyalty__wallet_conversions') }}

),

websites as (

    select * from {{ ref('int_websites_validated') }}
    where quarantine_reason is null

),

clients as (

    select * from {{ ref('int_clients_validated') }}
    where quarantine_reason is null

),

flagged as (

    select
        *,
        case
            when conversion_id is null then 'id'
            when website_id is null then 'website_id'
            when client_id is null then 'client_id'
            when points is null or points < 0 then 'points'
            when amount is null or amount < 0 then 'amount'
            when not ({{ is_countable_instant('converted_at') }}) then 'converted_at'
        end as unreadable_column,
        unreadable_column is null as is_readable
    from conversions

),

superseded as (

    {{ superseded_rows(
        'conversion_id', ['converted_at', 'points', 'website_id', 'client_id', 'amount']
    ) }}

),

utc_offsets as (

    {{ utc_offsets('converted_at') }}

),

validated as (

    select /*+ broadcast(utc_offsets) */
        flagged.*,
        case
            when not flagged.is_readable then 'invalid_value'
            when superseded.copy_number is not null then 'duplicate_id'
            when websites.website_id is null then 'unknown_website'
            when clients.client_id is null then 'unknown_client'
            when clients.website_id != flagged.website_id then 'website_mismatch'
        end as quarantine_reason,
        case
            when flagged.is_readable
                then cast({{ local_time('flagged.converted_at') }} as date)
        end as business_date
    from flagged
    left join superseded
        on
            flagged.conversion_id = superseded.conversion_id
            and flagged.copy_number = superseded.copy_number
    left join websites on flagged.website_id = websites.website_id
    left join utc_offsets
        on
            flagged.website_id = utc_offsets.website_id
            and {{ utc_date('flagged.converted_at') }} = utc_offsets.utc_date
    left join clients on flagged.client_id = clients.client_id

)

select * from validated
