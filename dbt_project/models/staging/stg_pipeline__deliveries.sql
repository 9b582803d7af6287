with

source as (

    select * from {{ source('pipeline', 'deliveries') }}

),

renamed as (

    select
        -- text
        entity,

        -- flags
        is_delivered,
        is_required

    from source

)

select * from renamed
