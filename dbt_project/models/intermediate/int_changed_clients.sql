with

previous as (

    select * from {{ ref('stg_pipeline__previous_clients') }}

),

clients as (

    select * from {{ ref('int_clients_judged') }}
    where quarantine_reason is null

),

changed as (

    select coalesce(previous.client_id, clients.client_id) as client_id
    from previous
    full outer join clients on previous.client_id = clients.client_id
    where
        previous.website_id is distinct from clients.website_id
        -- A full build starts from no previous run, and follows no change.
        and exists (select 1 from {{ ref('stg_pipeline__previous_run') }})

)

select * from changed
