with

source as (

    select * from {{ source('loyalty', 'campaign_members') }}

),

renamed as (

    select
        -- ids
        source._copy_number as copy_number,
        {{ read_integer('source.campaign_id') }} as campaign_id,
        {{ read_integer('source.client_id') }} as client_id,

        -- text
        {{ read_text('source.arm') }} as arm

    from source

)

select * from renamed
