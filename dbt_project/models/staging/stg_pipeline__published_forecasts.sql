with

source as (

    select * from {{ source('pipeline', 'published_forecasts') }}

),

renamed as (

    select
        -- ids
        publication,
        website_id,
        item_id,

        -- text
        series,
        model,

        -- numbers
        point,
        low_80,
        high_80,
        low_95,
        high_95,

        -- times
        as_of,
        date

    from source

)

select * from renamed
