with

websites as (

    select * from {{ ref('int_websites_validated') }}
    where quarantine_reason is null

),

first_events as (

    select * from {{ ref('int_website_first_events') }}

),

described as (

    select
        websites.website_id,
        websites.website_name,
        websites.timezone,
        first_events.first_event_date,
        first_events.first_snapshot_date
    from websites
    left join first_events on websites.website_id = first_events.website_id

)

select * from described
