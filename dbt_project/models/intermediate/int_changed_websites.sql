with

previous as (

    select * from {{ ref('stg_pipeline__previous_websites') }}

),

websites as (

    select * from {{ ref('int_websites_judged') }}
    where quarantine_reason is null

),

changed as (

    select coalesce(previous.website_id, websites.website_id) as website_id
    from previous
    full outer join websites on previous.website_id = websites.website_id
    where
        previous.timezone is distinct from websites.timezone
        -- A full build starts from no previous run, and follows no change.
        and exists (select 1 from {{ ref('stg_pipeline__previous_run') }})

)

select * from changed
