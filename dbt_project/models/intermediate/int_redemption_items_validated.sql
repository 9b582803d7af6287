with

items as (

    select * from {{ ref('stg_loyalty__redemption_items') }}

),

websites as (

    select * from {{ ref('int_websites_validated') }}
    where quarantine_reason is null

),

categories as (

    select * from {{ ref('int_redemption_categories_validated') }}
    where quarantine_reason is null

),

flagged as (

    select
        *,
        case
            when item_id is null then 'id'
            when website_id is null then 'website_id'
            when category_id is null then 'category_id'
            when item_name is null then 'name'
            when points_required is null then 'points_required'
        end as unreadable_column,
        unreadable_column is null as is_readable
    from items

),

superseded as (

    {{ superseded_rows(
        'item_id',
        [
            'website_id', 'category_id', 'item_name', 'points_required', 'redemption_type',
            'is_active'
        ]
    ) }}

),

validated as (

    select
        flagged.*,
        categories.category_name,
        case
            when not flagged.is_readable then 'invalid_value'
            when superseded.copy_number is not null then 'duplicate_id'
            when websites.website_id is null then 'unknown_website'
            when categories.category_id is null then 'unknown_category'
        end as quarantine_reason
    from flagged
    left join superseded
        on
            flagged.item_id = superseded.item_id
            and flagged.copy_number = superseded.copy_number
    left join websites on flagged.website_id = websites.website_id
    left join categories
        on
            flagged.category_id = categories.category_id
            and flagged.website_id = categories.website_id

)

select * from validated
