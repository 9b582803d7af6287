with

previous as (

    select * from {{ ref('int_previous_clients') }}

),

validated as (

    select * from {{ ref('int_clients_validated') }}

),

changed as (

    {{ changed_since('previous', 'validated', 'client_id', 'website_id') }}

)

select * from changed
