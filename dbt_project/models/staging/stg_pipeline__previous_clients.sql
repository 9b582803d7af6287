with

source as (

    select * from {{ source('pipeline', 'previous_clients') }}

),

renamed as (

    select
        -- ids
        client_id,
        website_id

    from source

)

select * from renamed
