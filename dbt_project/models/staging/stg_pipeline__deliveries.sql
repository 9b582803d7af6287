with

source as (

    select * from {{ source('pipeline', 'deliveries') }}

),

renamed as (

    select
        -- text
        entity,

        -- numbers
        row_count,

        -- flags
        is_delivered

    from source

)

select * from renamed
