with

source as (

    select * from {{ source('loyalty', 'orders') }}

),

renamed as (

    select
        -- ids
        source._copy_number as copy_number,
        {{ read_integer('source.id') }} as order_id,
        {{ read_integer('source.website_id') }} as website_id,
        {{ read_integer('source.client_id') }} as client_id,

        -- numbers
        {{ read_decimal('source.amount') }} as amount,
        {{ read_decimal('source.margin') }} as margin,

        -- times
        {{ read_instant('source.ordered_at') }} as ordered_at

    from source

)

select * from renamed
