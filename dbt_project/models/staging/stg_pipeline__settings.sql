with

source as (

    select * from {{ source('pipeline', 'settings') }}

),

renamed as (

    select
        -- text
        tier_basis,

        -- numbers
        window_days,
        top_limits,
        margin_share,

        -- lists of text
        added_columns,

        -- times
        as_of as requested_as_of

    from source

)

select * from renamed
