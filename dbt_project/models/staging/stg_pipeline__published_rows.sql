with

source as (

    select * from {{ source('pipeline', 'published_rows') }}

),

renamed as (

    select
        -- ids
        website_id,

        -- text
        entity,
        transaction_type,
        reason,

        -- numbers
        delivered_rows

    from source

)

select * from renamed
