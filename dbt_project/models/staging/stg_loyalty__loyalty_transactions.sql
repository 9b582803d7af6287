with

source as (

    select * from {{ source('loyalty', 'loyalty_transactions') }}

),

renamed as (

    select
        -- ids
        source._copy_number as copy_number,
        {{ read_integer('source.id') }} as transaction_id,
        {{ read_integer('source.website_id') }} as website_id,
        {{ read_integer('source.client_id') }} as client_id,
        {{ read_integer('source.redemption_request_id') }} as redemption_request_id,

        -- text
        {{ read_text('source.transaction_type') }} as transaction_type,
        {{ read_text('source.reason') }} as reason,

        -- numbers
        {{ read_integer('source.points', 'integer') }} as points,

        -- times
        {{ read_instant('source.timestamp') }} as occurred_at

    from source

)

select * from renamed
