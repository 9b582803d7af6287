with

source as (

    select * from {{ source('pipeline', 'published_figures') }}

),

renamed as (

    select
        -- ids
        publication,
        website_id,

        -- text
        figure,

        -- numbers
        value,

        -- times
        as_of,
        date_from,
        date_to

    from source

)

select * from renamed
