with

changed as (

    select * from {{ ref('int_changed_client_days') }}

),

run as (

    select * from {{ ref('int_run') }}

),

previous as (

    select * from {{ ref('int_previous_run') }}

),

{# Days that were counted before may be others now: such a client is counted from its first day. #}
of_changed_days as (

    select
        changed.client_id,
        coalesce(changed.from_date <= previous.as_of, true) as is_recounted
    from changed
    cross join previous

),

{# Days that as_of passed add to what is known of a client, or must be taken out of it. #}
of_passed_dates as (

    select
        client_days.client_id,
        coalesce(run.as_of < previous.as_of, true) as is_recounted
    from {{ ref('fct_client_days') }} as client_days
    cross join run
    cross join previous
    where client_days.date in (select passed.date from {{ ref('int_passed_dates') }} as passed)

),

touched as (

    select * from of_changed_days
    union all
    select * from of_passed_dates

),

clients as (

    select
        client_id,
        bool_or(is_recounted) as is_recounted
    from touched
    group by client_id

)

select * from clients
