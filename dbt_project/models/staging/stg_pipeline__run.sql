with

source as (

    select * from {{ source('pipeline', 'run') }}

),

renamed as (

    select
        -- numbers
        max_quarantined,

        -- flags
        accepts_quarantine,

        -- times
        began_at

    from source

)

select * from renamed
