with

items as (

    select * from {{ ref('int_redemption_items_validated') }}
    where quarantine_reason is null

),

described as (

    select
        item_id,
        website_id,
        category_id,
        category_name,
        item_name,
        points_required,
        redemption_type,
        is_active
    from items

)

select * from described
