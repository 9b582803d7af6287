with

source as (

    select * from {{ source('pipeline', 'requested_ranges') }}

),

renamed as (

    select
        -- ids
        website_id,

        -- times
        date_from,
        date_to

    from source

)

select * from renamed
