with

source as (

    select * from {{ source('pipeline', 'previous_websites') }}

),

renamed as (

    select
        -- ids
        website_id,

        -- text
        timezone

    from source

)

select * from renamed
