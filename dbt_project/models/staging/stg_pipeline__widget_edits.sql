with

source as (

    select * from {{ source('pipeline', 'widget_edits') }}

),

renamed as (

    select
        -- ids
        website_id,
        widget_id,

        -- text
        widget_type,
        title,
        config,

        -- numbers
        position,

        -- flags
        is_deleted,
        is_visible,

        -- times
        cast(created_at as {{ instant_type() }}) as created_at

    from source

)

select * from renamed
