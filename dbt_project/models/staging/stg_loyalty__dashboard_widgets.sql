-- A table, because `strict_json` is a function of the pipeline's own connection: a view that
-- calls it could not be read from any other.
{{ config(materialized='table') }}

with

source as (

    select * from {{ source('loyalty', 'dashboard_widgets') }}

),

renamed as (

    select
        -- ids
        source._copy_number as copy_number,
        {{ read_integer('source.id') }} as widget_id,
        {{ read_integer('source.website_id') }} as website_id,

        -- text
        {{ read_text('source.widget_type') }} as widget_type,
        {{ read_text('source.title') }} as title,
        {{ strict_json_of('source.config') }} as config,

        -- numbers
        {{ read_integer('source.position') }} as position,

        -- flags
        {{ read_boolean('source.is_visible') }} as is_visible,

        -- times
        {{ read_instant('source.created_at') }} as created_at

    from source

)

select * from renamed
