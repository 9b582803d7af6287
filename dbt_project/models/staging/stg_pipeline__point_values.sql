with

source as (

    select * from {{ source('pipeline', 'point_values') }}

),

renamed as (

    select
        -- ids
        website_id,

        -- numbers
        point_value

    from source

)

select * from renamed
