with

source as (

    select * from {{ source('loyalty', 'redemption_categories') }}

),

renamed as (

    select
        -- ids
        source._copy_number as copy_number,
        {{ read_integer('source.id') }} as category_id,
        {{ read_integer('source.website_id') }} as website_id,

        -- text
        {{ read_text('source.name') }} as category_name

    from source

)

select * from renamed
