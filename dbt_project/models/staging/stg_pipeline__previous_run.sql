with

source as (

    select * from {{ source('pipeline', 'previous_run') }}

),

renamed as (

    select as_of
    -- times

    from source

)

select * from renamed
