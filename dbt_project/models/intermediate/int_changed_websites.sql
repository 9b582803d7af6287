with

previous as (

    select * from {{ ref('stg_pipeline__previous_websites') }}

),

judged as (

    select * from {{ ref('int_websites_judged') }}

),

changed as (

    {{ changed_since('previous', 'judged', 'website_id', 'timezone') }}

)

select * from changed
