with

previous as (

    select * from {{ ref('stg_pipeline__previous_clients') }}

),

judged as (

    select * from {{ ref('int_clients_judged') }}

),

changed as (

    {{ changed_since('previous', 'judged', 'client_id', 'website_id') }}

)

select * from changed
