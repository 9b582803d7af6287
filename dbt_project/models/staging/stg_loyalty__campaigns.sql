with

source as (

    select * from {{ source('loyalty', 'campaigns') }}

),

renamed as (

    select
        -- ids
        source._copy_number as copy_number,
        {{ read_integer('source.id') }} as campaign_id,
        {{ read_integer('source.website_id') }} as website_id,

        -- text
        {{ read_text('source.name') }} as campaign_name,

        -- numbers
        {{ read_decimal('source.cost') }} as cost,
        {{ read_share('source.planned_treatment_share') }} as planned_treatment_share,

        -- times
        {{ read_instant('source.starts_at') }} as starts_at,
        {{ read_instant('source.ends_at') }} as ends_at

    from source

)

select * from renamed
