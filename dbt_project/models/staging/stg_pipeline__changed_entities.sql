with

source as (

    select * from {{ source('pipeline', 'changed_entities') }}

),

renamed as (

    select
        -- text
        entity,

        -- flags
        has_changed

    from source

)

select * from renamed
