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
    where previous.timezone is distinct from websites.timezone

)

select * from changed
