with

previous as (

    select * from {{ ref('int_previous_websites') }}

),

validated as (

    select * from {{ ref('int_websites_validated') }}

),

changed as (

    {{ changed_since('previous', 'validated', 'website_id', 'timezone') }}

)

select * from changed
