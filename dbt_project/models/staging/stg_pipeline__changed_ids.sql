with

source as (

    select * from {{ source('pipeline', 'changed_ids') }}

),

renamed as (

    select
        -- ids
        id as changed_id,

        -- text
        entity

    from source

)

select * from renamed
