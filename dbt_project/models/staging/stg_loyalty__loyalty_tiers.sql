with

source as (

    select * from {{ source('loyalty', 'loyalty_tiers') }}

),

renamed as (

    select
        -- ids
        source._copy_number as copy_number,
        {{ read_integer('source.id') }} as tier_id,
        {{ read_integer('source.website_id') }} as website_id,

        -- text
        {{ read_text('source.name') }} as tier_name,

        -- numbers
        {{ read_integer('source.threshold', 'integer') }} as threshold

    from source

)

select * from renamed
