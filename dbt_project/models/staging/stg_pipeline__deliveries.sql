with

source as (

    select * from {{ source('pipeline', 'deliveries') }}

),

renamed as (

    select
        -- text
        entity,

        -- flags
        is_delivered

    from source

)

select * from renamed
