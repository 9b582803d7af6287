with

source as (

    select * from {{ source('pipeline', 'settings') }}

),

renamed as (

    select
        -- text
        tier_basis,
        added_columns,

        -- numbers
        window_days,
        top_limits,

        -- times
        as_of as requested_as_of

    from source

)

select * from renamed
