with

websites as (

    select * from {{ ref('int_websites_validated') }}
    where quarantine_reason is null

),

first_events as (

    select
        website_id,
        min(first_event_date) as first_event_date,
        max(first_event_date) as first_snapshot_date
    from {{ ref('dim_first_events') }}
    group by website_id

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
