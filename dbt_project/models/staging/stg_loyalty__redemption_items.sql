with

source as (

    select * from {{ source('loyalty', 'redemption_items') }}

),

renamed as (

    select
        -- ids
        source._copy_number as copy_number,
        {{ read_integer('source.id') }} as item_id,
        {{ read_integer('source.website_id') }} as website_id,
        {{ read_integer('source.category_id') }} as category_id,

        -- text
        {{ read_text('source.name') }} as item_name,
        {{ read_text('source.redemption_type') }} as redemption_type,

        -- numbers
        {{ read_integer('source.points_required', 'integer') }} as points_required,

        -- flags
        {{ read_boolean('source.is_active') }} as is_active

    from source

)

select * from renamed
