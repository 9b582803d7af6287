with

run as (

    select * from {{ ref('int_run') }}

)

select * from run
