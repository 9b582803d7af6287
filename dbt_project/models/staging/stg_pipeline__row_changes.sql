with

source as (

    select * from {{ source('pipeline', 'row_changes') }}

),

renamed as (

    select
        -- ids
        publication,
        website_id,

        -- numbers
        rows_added,
        rows_changed,
        rows_removed,

        -- times
        date

    from source

)

select * from renamed
