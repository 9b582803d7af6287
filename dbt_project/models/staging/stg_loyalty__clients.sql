with

source as (

    select * from {{ source('loyalty', 'clients') }}

),

renamed as (

    select
        -- ids
        source._copy_number as copy_number,
        {{ read_integer('source.id') }} as client_id,
        {{ read_integer('source.website_id') }} as website_id,

        -- numbers
        {{ read_integer('source.loyalty_points', 'integer') }} as cached_points,

        -- ids
        {{ read_integer('source.tier_id') }} as cached_tier_id,

        -- times
        {{ read_instant('source.date_joined') }} as joined_at

    from source

)

select * from renamed
