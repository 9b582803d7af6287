with

source as (

    select * from {{ source('pipeline', 'transaction_types') }}

),

renamed as (

    select
        -- text
        delivered_type,
        transaction_type,

        -- numbers
        sign

    from source

)

select * from renamed
