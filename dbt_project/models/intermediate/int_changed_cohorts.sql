with

previous as (

    select
        client_id,
        website_id,
        {{ cohort('member_since_date') }} as cohort
    from {{ ref('int_previous_clients') }}

),

clients as (

    select
        client_id,
        website_id,
        {{ cohort('member_since_date') }} as cohort
    from {{ ref('dim_clients') }}

),

changed as (

    select
        previous.website_id as previous_website_id,
        previous.cohort as previous_cohort,
        clients.website_id,
        clients.cohort
    from previous
    full join clients on previous.client_id = clients.client_id
    where
        (
            previous.website_id is distinct from clients.website_id
            or previous.cohort is distinct from clients.cohort
        )
        -- A full build starts from no previous run, and follows no change.
        and exists (select 1 from {{ ref('int_previous_run') }})

),

cohorts as (

    select
        previous_website_id as website_id,
        previous_cohort as cohort
    from changed
    where previous_cohort is not null
    union
    select
        website_id,
        cohort
    from changed
    where cohort is not null

)

select * from cohorts
