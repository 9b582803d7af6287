with

requests as (

    select * from {{ ref('stg_loyalty__redemption_requests') }}

),

websites as (

    select * from {{ ref('int_websites_validated') }}
    where quarantine_reason is null

),

clients as (

    select * from {{ ref('int_clients_validated') }}
    where quarantine_reason is null

),

items as (

    select * from {{ ref('int_redemption_items_validated') }}
    where quarantine_reason is null

),

flagged as (

    select
        *,
        case
            when request_id is null then 'id'
            when website_id is null then 'website_id'
            when client_id is null then 'client_id'
            when item_id is null then 'item_id'
            when points_used is null or points_used < 0 then 'points_used'
            when status is null then 'status'
            when not ({{ is_countable_instant('requested_at') }}) then 'requested_at'
        end as unreadable_column,
        unreadable_column is null as is_readable
    from requests

),

superseded as (

    {{ superseded_rows(
        'request_id',
        [
            'requested_at', 'points_used', 'website_id', 'client_id', 'item_id', 'status',
            'approved_at', 'fulfilled_at', 'rejected_at'
        ]
    ) }}

),

utc_offsets as (

    {{ utc_offsets('requested_at') }}

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
            when items.item_id is null then 'unknown_item'
            when
                flagged.status not in (
                    'pending', 'approved', 'fulfilled', 'rejected', 'cancelled'
                )
                then 'unknown_status'
        end as quarantine_reason,
        case
            when flagged.is_readable then {{ local_time('flagged.requested_at') }}
        end as local_requested_at
    from flagged
    left join superseded
        on
            flagged.request_id = superseded.request_id
            and flagged.copy_number = superseded.copy_number
    left join websites on flagged.website_id = websites.website_id
    left join utc_offsets
        on
            flagged.website_id = utc_offsets.website_id
            and {{ utc_date('flagged.requested_at') }} = utc_offsets.utc_date
    left join clients on flagged.client_id = clients.client_id
    left join items
        on flagged.item_id = items.item_id and flagged.website_id = items.website_id

),

dated as (

    select
        *,
        cast(local_requested_at as date) as business_date
    from validated

)

select * from dated
