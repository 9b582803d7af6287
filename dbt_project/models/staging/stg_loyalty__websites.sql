with

source as (

    select * from {{ source('loyalty', 'websites') }}

),

renamed as (

    select
        -- ids
        source._copy_number as copy_number,
        {{ read_integer('source.id') }} as website_id,

        -- text
        {{ read_text('source.name') }} as website_name,
        {{ read_text('source.timezone') }} as timezone

    from source

)

select * from renamed
