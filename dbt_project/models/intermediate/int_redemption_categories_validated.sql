with

categories as (

    select * from {{ ref('stg_loyalty__redemption_categories') }}

),

websites as (

    select * from {{ ref('int_websites_validated') }}
    where quarantine_reason is null

),

flagged as (

    select
        *,
        case
            when category_id is null then 'id'
            when website_id is null then 'website_id'
            when category_name is null then 'name'
        end as unreadable_column,
        unreadable_column is null as is_readable
    from categories

),

superseded as (

    {{ superseded_rows('category_id', ['website_id', 'category_name']) }}

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
            flagged.category_id = superseded.category_id
            and flagged.copy_number = superseded.copy_number
    left join websites on flagged.website_id = websites.website_id

)

select * from validated
