with

source as (

    select * from {{ source('loyalty', 'redemption_requests') }}

),

renamed as (

    select
        -- ids
        source._copy_number as copy_number,
        {{ read_integer('source.id') }} as request_id,
        {{ read_integer('source.website_id') }} as website_id,
        {{ read_integer('source.client_id') }} as client_id,
        {{ read_integer('source.item_id') }} as item_id,

        -- text
        {{ read_text('source.status') }} as status,

        -- numbers
        {{ read_integer('source.points_used', 'integer') }} as points_used,

        -- times
        {{ read_instant('source.requested_at') }} as requested_at,
        {{ read_instant('source.approved_at') }} as approved_at,
        {{ read_instant('source.fulfilled_at') }} as fulfilled_at,
        {{ read_instant('source.rejected_at') }} as rejected_at

    from source

)

select * from renamed
