with

source as (

    select * from {{ source('loyalty', 'wallet_conversions') }}

),

renamed as (

    select
        -- ids
        source._copy_number as copy_number,
        {{ read_integer('source.id') }} as conversion_id,
        {{ read_integer('source.website_id') }} as website_id,
        {{ read_integer('source.client_id') }} as client_id,

        -- numbers
        {{ read_integer('source.points', 'integer') }} as points,
        {{ read_decimal('source.amount') }} as amount,

        -- times
        {{ read_instant('source.converted_at') }} as converted_at

    from source

)

select * from renamed
